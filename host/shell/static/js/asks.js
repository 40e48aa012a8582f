// Sheets in which the device helps a person to answer a mini-program: paste,
// pictures, the camera, where they are.  Each form works without it as far as a form can; what
// needs script is hidden before.
import { toast } from "./fetch.js";
import { arrangeLocation } from "./locate.js";
import { arrangePictures } from "./pictures.js";
import { arrangeScan } from "./scan.js";

function arrange(root) {
  for (const button of root.querySelectorAll("[data-paste-now][hidden]")) {
    button.hidden = !navigator.clipboard?.readText;
  }
  arrangePictures(root);
  arrangeScan(root);
  arrangeLocation(root);
}

async function paste(form) {
  const field = form.elements.text;
  try {
    field.value = (await navigator.clipboard.readText()).slice(0, field.maxLength);
  } catch {
    toast(form.dataset.paste);
  }
  field.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-paste-now]");
  if (button) paste(button.form);
});
document.addEventListener("fragment", () => arrange(document));
arrange(document);
