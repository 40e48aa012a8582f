// Giving pictures: chosen or taken, shown at once, and can be taken out again before they travel.
// One field carries them all; the camera's is only a way into it.
const SHOWN = "[data-give-pictures]";

export function arrangePictures(root) {
  for (const box of root.querySelectorAll(`${SHOWN}:not([data-ready])`)) {
    box.dataset.ready = "1";
    const form = box.closest("form");
    const field = form.elements.pictures;
    const camera = form.querySelector("[data-needs-touch]");
    camera.hidden = !matchMedia("(pointer: coarse)").matches;
    const chosen = [];
    const add = (files) => {
      const room = box.dataset.countMax - chosen.length;
      // One picture is asked for: another choice takes the place of the first.
      if (box.dataset.countMax === "1" && files.length) chosen.splice(0);
      for (const file of [...files].slice(0, Math.max(room, box.dataset.countMax === "1" ? 1 : 0))) chosen.push(file);
      draw();
    };
    const draw = () => {
      const list = new DataTransfer();
      for (const file of chosen) list.items.add(file);
      field.files = list.files;
      box.replaceChildren(...chosen.map((file) => thumb(box, file, () => {
        chosen.splice(chosen.indexOf(file), 1);
        draw();
        field.focus();
      })));
    };
    field.addEventListener("change", () => add(field.files));
    camera.querySelector("input").addEventListener("change", (event) => add(event.target.files));
  }
}

function thumb(box, file, remove) {
  const cell = document.createElement("div");
  const image = document.createElement("img");
  image.alt = file.name;
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn-icon", textContent: "✕" });
  button.setAttribute("aria-label", box.dataset.remove);
  button.addEventListener("click", remove);
  cell.append(image, button);
  return cell;
}
