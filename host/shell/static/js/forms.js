// Forms: sent once, confirmed where they destroy, enhanced where the page asks for it.
//   data-enhance            posted with fetch; data-target="#id" is replaced by an HTML answer
//   data-confirm="Really?"  asked first (form or button)
//   input type=file data-shrink   pictures are made smaller here before they travel
import { ask, follow, refresh, toast } from "./fetch.js";

const SIDE_MAX = 1600;
const confirmBox = document.getElementById("confirm");
const confirmYes = document.getElementById("confirm-yes");
const yesText = confirmYes.textContent;

/** Ask before what `submitter` does; its own words and weight are the answer's: only what destroys is red. */
export function confirmed(text, submitter) {
  const isCalm = submitter?.classList.contains("btn-primary") ?? false;
  document.getElementById("confirm-text").textContent = text;
  confirmYes.textContent = submitter?.dataset.confirmYes || yesText;
  confirmYes.classList.toggle("btn-primary", isCalm);
  confirmYes.classList.toggle("btn-danger", !isCalm);
  confirmBox.returnValue = "";
  confirmBox.showModal();
  return new Promise((resolve) => {
    confirmBox.addEventListener("close", () => resolve(confirmBox.returnValue === "yes"), { once: true });
  });
}

/** Post a form once; returns {nodes}|{data}, or null when refused (told to `complain`) or already under way. */
export async function postForm(form, submitter, complain = (error) => toast(error.message)) {
  if (form.dataset.sending) return null;
  const question = submitter?.dataset.confirm || form.dataset.confirm;
  if (question && !(await confirmed(question, submitter))) return null;
  form.dataset.sending = "1";
  submitter?.setAttribute("aria-busy", "true");
  try {
    const data = new FormData(form, submitter);
    for (const input of form.querySelectorAll("input[type=file][data-shrink]")) await shrinkAll(input, data);
    // Attributes, not properties: a field named "action" would stand in the form's own place.
    const url = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
    const multipart = form.enctype === "multipart/form-data";
    return await ask(url, { method: "POST", body: multipart ? data : new URLSearchParams(data) });
  } catch (error) {
    complain(error);
    document.dispatchEvent(new CustomEvent("form:refused", { detail: { form, error } }));
    return null;
  } finally {
    delete form.dataset.sending;
    submitter?.removeAttribute("aria-busy");
  }
}

/** Say what was refused where the person is looking: above the fields. */
export function complain(form, error) {
  let line = form.querySelector("[data-problem]");
  if (!line) {
    line = document.createElement("p");
    line.dataset.problem = "";
    line.className = "notice notice-error";
    line.setAttribute("role", "alert");
    form.prepend(line);
  }
  line.textContent = error.message;
  line.scrollIntoView({ block: "nearest" });
}

async function enhanced(form, submitter) {
  const held = form.contains(document.activeElement) ? document.activeElement : null;
  // A form of fields says in place what was refused; a lone button has no place for it.
  const say = form.classList.contains("form") ? (error) => complain(form, error) : undefined;
  const answer = await postForm(form, submitter, say);
  if (!answer) return;
  if (answer.data) {
    follow(answer.data);
    form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer.data }));
    return;
  }
  const target = form.dataset.target && document.querySelector(form.dataset.target);
  if (target) target.replaceChildren(answer.nodes);
  else form.replaceWith(answer.nodes);
  giveFocusBack(form, held);
  document.dispatchEvent(new CustomEvent("fragment", { detail: { target: target || document } }));
}

/* The node that had the focus is gone with its form; its successor has the same id, or the same form. */
function giveFocusBack(form, held) {
  if (!held || held.isConnected) return;
  const again = form.id ? document.getElementById(form.id)?.querySelector("button, input:not([type=hidden])") : null;
  (document.getElementById(held.id) || again)?.focus({ preventScroll: true });
}

async function shrinkAll(input, data) {
  data.delete(input.name);
  for (const file of input.files) data.append(input.name, await shrink(file), file.name);
}

/** A picture of at most 1600 pixels a side; what cannot be drawn here travels as it is. */
export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 300_000) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE_MAX / Math.max(bitmap.width, bitmap.height));
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const made = await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
    return made.size < file.size ? made : file;
  } catch {
    return file;
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.enhance !== undefined) {
    event.preventDefault();
    return void enhanced(form, event.submitter);
  }
  if (form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (form.dataset.sending) return void event.preventDefault();
  const question = event.submitter?.dataset.confirm || form.dataset.confirm;
  if (question && !form.dataset.sure) {
    event.preventDefault();
    if (!(await confirmed(question, event.submitter))) return;
    form.dataset.sure = "1";
    return void form.requestSubmit(event.submitter);
  }
  form.dataset.sending = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
// "Back" may bring this page out of the cache with its forms still marked.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    delete form.dataset.sure;
    for (const busy of form.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  }
});

/* "Show more": the rows of the next page join the list, and its own "more" replaces this one. */
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-more]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  try {
    const { nodes } = await ask(link.href);
    const rows = nodes.getElementById(link.dataset.more);
    const next = nodes.querySelector("a[data-more]");
    document.getElementById(link.dataset.more).append(...(rows ? rows.children : []));
    if (next) link.replaceWith(next);
    else link.remove();
    document.dispatchEvent(new CustomEvent("fragment", { detail: { target: document } }));
  } catch (error) {
    link.removeAttribute("aria-busy");
    toast(error.message);
  }
});

/* <div data-refresh="/url" data-on="chat.message order.paid">: asked anew when such an event arrives. */
document.addEventListener("live", (event) => {
  for (const part of document.querySelectorAll("[data-refresh][data-on]")) {
    if (part.dataset.on.split(" ").some((kind) => event.detail.kind.startsWith(kind))) {
      refresh(part, part.dataset.refresh).catch(() => {});
    }
  }
});
