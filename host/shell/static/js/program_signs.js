// What a mini-program may put around its page for a while: a sign that it waits, badges on tabs.
const box = document.getElementById("program");
const waitSign = document.getElementById("program-loading");
const waitText = document.getElementById("program-loading-text");
// A program that fails to say "done" must not lock its page.
const LOADING_MS_MAX = 10_000;
let timer = 0;

export function showLoading(text) {
  clearTimeout(timer);
  waitText.textContent = text || waitText.dataset.word;
  waitSign.hidden = false;
  timer = setTimeout(endLoading, LOADING_MS_MAX);
}

export function endLoading() {
  clearTimeout(timer);
  waitSign.hidden = true;
}

export function setBadge(page, text) {
  const tab = box.querySelector(`[data-program-tab="${CSS.escape(page)}"]`);
  if (!tab) return;
  tab.querySelector(".program-badge")?.remove();
  if (!text) return;
  const badge = document.createElement("span");
  badge.className = "program-badge";
  badge.textContent = text;
  tab.append(" ", badge);
}
