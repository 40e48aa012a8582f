// Writing a post: pictures are shown at once, described, and can be taken out again before they travel.
import { toast } from "./fetch.js";

const form = document.getElementById("compose");
const input = form.querySelector("input[type=file]");
const previews = form.querySelector("[data-previews]");
let chosen = [];

function write() {
  const list = new DataTransfer();
  for (const { file } of chosen) list.items.add(file);
  input.files = list.files;
}

function add(file) {
  const row = document.createElement("div");
  row.className = "compose-picture";
  const image = document.createElement("img");
  image.alt = "";
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  const alt = document.createElement("input");
  Object.assign(alt, { className: "input", name: "alt", maxLength: previews.dataset.altMax });
  alt.placeholder = previews.dataset.altLabel;
  alt.setAttribute("aria-label", previews.dataset.altLabel);
  alt.dir = "auto";
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "btn-icon", textContent: "✕" });
  remove.setAttribute("aria-label", previews.dataset.removeLabel);
  const entry = { file };
  remove.addEventListener("click", () => {
    chosen = chosen.filter((other) => other !== entry);
    row.remove();
    write();
    input.focus();
  });
  row.append(image, alt, remove);
  previews.append(row);
  chosen.push(entry);
}

input.addEventListener("change", () => {
  const room = previews.dataset.countMax - chosen.length;
  if (input.files.length > room) toast(previews.dataset.tooMany);
  for (const file of [...input.files].slice(0, room)) add(file);
  write();
});
