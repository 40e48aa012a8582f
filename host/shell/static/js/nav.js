// Going about: unread badges, "back" that goes back, the service worker.
// Any module may say `new CustomEvent("badge", {detail: {tab: "chats", count: 3}})` on document.
import { ask, registerWorker } from "./fetch.js";

const BADGES_URL = "/api/v1/badges";
let waiting = 0;

export function setBadge(tab, count) {
  for (const badge of document.querySelectorAll(`[data-badge="${CSS.escape(tab)}"]`)) {
    badge.textContent = count > 99 ? "99+" : count || "";
    badge.hidden = !count;
  }
}

async function readUnread() {
  waiting = 0;
  try {
    const { data } = await ask(BADGES_URL);
    for (const [tab, count] of Object.entries(data)) setBadge(tab, count);
  } catch {
    // A badge is no reason to disturb anybody.
  }
}

if (document.querySelector("[data-badge]")) {
  readUnread();
  document.addEventListener("live", (event) => {
    if (/^(chat|feed|contacts)\./.test(event.detail.kind)) waiting ||= setTimeout(readUnread, 400);
  });
}
document.addEventListener("badge", (event) => setBadge(event.detail.tab, event.detail.count));

document.addEventListener("click", (event) => {
  const back = event.target.closest?.("[data-back]");
  if (!back || event.metaKey || event.ctrlKey) return;
  // Only back to where this visit came from: a page opened from outside goes up instead.
  if (document.referrer && new URL(document.referrer).origin === location.origin && history.length > 1) {
    event.preventDefault();
    history.back();
  }
});

// In a row of tabs that is wider than the phone the current one is brought into sight.
for (const tab of document.querySelectorAll(".console-nav [aria-current], .tabs [aria-current]")) {
  const row = tab.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

addEventListener("load", registerWorker);

function tellOffline() {
  const strip = document.querySelector(".offline-strip");
  if (navigator.onLine) return void strip?.remove();
  if (strip) return;
  const made = document.createElement("div");
  made.className = "offline-strip";
  made.setAttribute("role", "status");
  made.textContent = document.getElementById("toasts").dataset.offline;
  document.getElementById("main").before(made);
}
addEventListener("offline", tellOffline);
addEventListener("online", tellOffline);
tellOffline();

// A table that is wider than the screen is scrolled by keyboard too.
function reachTables() {
  for (const wrap of document.querySelectorAll(".table-wrap")) {
    if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
    else wrap.removeAttribute("tabindex");
  }
}
addEventListener("resize", reachTables);
document.addEventListener("fragment", reachTables);
reachTables();
