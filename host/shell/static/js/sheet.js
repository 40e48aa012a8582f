// Sheets: <a data-sheet href> opens that page's content in the host's dialog.  Without script the
// link is a page.  The dialog is modal, so focus stays inside; Esc, the veil and "back" close it.
import { ask, follow, toast } from "./fetch.js";
import { complain, postForm } from "./forms.js";

const sheet = document.getElementById("sheet");
const body = document.getElementById("sheet-body");
let opener = null;
let asking = null;

export async function openSheet(url, from = null) {
  asking?.abort();
  asking = new AbortController();
  from?.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(url, { signal: asking.signal });
    if (answer.data) return void follow(answer.data);
    opener = sheet.open ? opener : from;
    show(answer.nodes);
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message);
  } finally {
    from?.removeAttribute("aria-busy");
  }
}

export function show(nodes) {
  body.replaceChildren(nodes);
  const heading = body.querySelector("h1, h2, h3");
  if (heading) heading.id ||= "sheet-title";
  sheet.setAttribute("aria-labelledby", heading?.id || "sheet-title");
  if (!sheet.open) {
    // A step in the history, so that "back" closes the sheet and not the page.
    history.pushState({ sheet: true }, "");
    sheet.showModal();
  }
  document.dispatchEvent(new CustomEvent("fragment", { detail: { target: body } }));
  const first = body.querySelector("[aria-invalid]") || body.querySelector("[autofocus]");
  first?.focus({ preventScroll: true });
  body.scrollTop = 0;
}

export function closeSheet() {
  if (!sheet.open) return;
  if (history.state?.sheet) history.back();
  else shut();
}

function shut() {
  if (!sheet.open) return;
  sheet.close();
  body.replaceChildren();
  // What was said inside the sheet must outlive it.
  if (sheet.contains(document.getElementById("toasts"))) document.body.append(document.getElementById("toasts"));
  document.dispatchEvent(new CustomEvent("sheet:closed"));
  opener?.focus();
  opener = null;
}

async function send(form, submitter) {
  if (form.getAttribute("method")?.toLowerCase() !== "post") {
    const url = new URL(form.getAttribute("action") || "", location.href);
    url.search = new URLSearchParams(new FormData(form, submitter));
    return void openSheet(url.href, submitter);
  }
  const answer = await postForm(form, submitter, (error) => complain(form, error));
  if (!answer) return;
  if (answer.nodes) return void show(answer.nodes);
  document.dispatchEvent(new CustomEvent("sheet:answer", { detail: answer.data }));
  const { redirect, reload } = answer.data;
  if (redirect) {
    // The sheet's own step in the history becomes the new page: "back" leads to the page below.
    const url = new URL(redirect, location.href);
    if (url.origin === location.origin) location.replace(url);
    return;
  }
  if (answer.data.toast) toast(answer.data.toast);
  closeSheet();
  if (reload) setTimeout(() => location.reload(), 60);
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest?.("a[data-sheet]");
  if (link) {
    event.preventDefault();
    openSheet(link.href, link);
  } else if (event.target.closest?.("[data-sheet-close]") && sheet.contains(event.target)) {
    event.preventDefault();
    closeSheet();
  }
});
// A press that begins and ends on the veil; a drag out of a field does not count.
sheet.addEventListener("pointerdown", (event) => { sheet.dataset.veil = event.target === sheet ? "1" : ""; });
sheet.addEventListener("click", (event) => { if (event.target === sheet && sheet.dataset.veil) closeSheet(); });
sheet.addEventListener("cancel", (event) => { event.preventDefault(); closeSheet(); });
addEventListener("popstate", shut);
body.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  event.preventDefault();
  send(event.target, event.submitter);
});
