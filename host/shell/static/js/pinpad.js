// The keypad of the payment sheet: six dots around one plain input, which stays the truth (and stays
// reachable for keyboards and screen readers).  The sixth digit submits.
const LENGTH = 6;

function draw(pad) {
  const input = pad.querySelector(".pin-input");
  const dots = pad.querySelectorAll(".pin-dots > i");
  dots.forEach((dot, n) => dot.classList.toggle("on", n < input.value.length));
}

function arrange(root) {
  for (const pad of root.querySelectorAll("[data-pinpad]:not([data-ready])")) {
    pad.dataset.ready = "1";
    for (const part of pad.querySelectorAll(".pin-dots, .pin-keys")) part.hidden = false;
    const input = pad.querySelector(".pin-input");
    input.classList.add("sr");
    input.addEventListener("input", () => {
      input.value = input.value.replace(/\D/g, "").slice(0, LENGTH);
      changed(pad, input);
    });
    pad.querySelector(".pin-dots").addEventListener("click", () => input.focus());
    // A touch keyboard would cover the keypad: there the keys alone write.
    if (matchMedia("(pointer: coarse)").matches) input.setAttribute("inputmode", "none");
    input.focus({ preventScroll: true });
    draw(pad);
  }
}

function changed(pad, input) {
  draw(pad);
  if (input.value.length !== LENGTH || pad.dataset.manual !== undefined) return;
  const form = input.form;
  // One frame, so that the sixth dot is seen before the sheet works.
  requestAnimationFrame(() => form.requestSubmit(form.querySelector("[type=submit], button:not([type])")));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-pinpad] [data-key]");
  if (!button) return;
  const pad = button.closest("[data-pinpad]");
  const input = pad.querySelector(".pin-input");
  if (pad.closest("form")?.dataset.sending) return;
  const typed = button.dataset.key === "back" ? input.value.slice(0, -1) : input.value + button.dataset.key;
  input.value = typed.slice(0, LENGTH);
  changed(pad, input);
});
document.addEventListener("form:refused", (event) => {
  for (const pad of event.detail.form.querySelectorAll("[data-pinpad]")) {
    const input = pad.querySelector(".pin-input");
    input.value = "";
    draw(pad);
    pad.classList.remove("shake");
    requestAnimationFrame(() => pad.classList.add("shake"));
    input.focus();
  }
});
document.addEventListener("fragment", () => arrange(document));
arrange(document);
