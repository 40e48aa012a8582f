// A shop's table of orders: j and k move, Enter opens, s does the next step (send, ready).
const rows = () => [...document.querySelectorAll("[data-row]")];
let at = -1;

function move(step) {
  const all = rows();
  if (!all.length) return;
  at = Math.min(Math.max(at + step, 0), all.length - 1);
  all.forEach((row, n) => row.classList.toggle("at", n === at));
  const link = all[at].querySelector("[data-open]");
  link.focus({ preventScroll: true });
  all[at].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "s") rows()[at]?.querySelector("[data-ship]")?.click();
  else return;
  event.preventDefault();
});
// The table was read again: stay on the same line.
document.addEventListener("fragment", () => {
  rows().forEach((row, n) => row.classList.toggle("at", n === at));
});
