// A mini-program's page: joins the frame (which shows) to the host (which decides) over the one
// live line.  Everything that a program cannot do itself is done here: navigation, sheets, toasts.
import { on, send } from "./live.js";
import { ask, toast } from "./fetch.js";
import { endLoading, setBadge, showLoading } from "./program_signs.js";
import "./poster.js";
import { closeSheet, openSheet } from "./sheet.js";
import { copyText } from "./copy.js";

const box = document.getElementById("program");
const frame = document.getElementById("program-frame");
const sheetBox = document.getElementById("sheet");
const problem = document.getElementById("program-problem");
const program = box.dataset.program;
const version = box.dataset.version;
const pages = JSON.parse(box.dataset.pages);
const PAID_SHOWN_MS = 1300;
const PAGES_DEEP_MAX = 10;
const PULL = "pull";      // the frame's name of the event that a pull sets off

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const wait = new Map();   // event id → what was sent, until the host has answered
const local = new Map();  // event id → the frame's own number of it
let now = null;           // the page that is shown: {id, path, query, n, seen, life, depth}
let port = null;
let pending = null;       // what the frame gets as soon as it is ready
let failed = null;        // what "Try again" does
let asking = null;        // the question whose sheet is open: {ask_id, answered}
let later = [];           // what waits until the sheet is gone: effects, each with its page
let leaving = null;       // the page to open once all others are closed
let consent = null;

// ---- the frame --------------------------------------------------------------------------------
function connect() {
  const channel = new MessageChannel();
  channel.port1.onmessage = (event) => heard(channel.port1, event.data);
  frame.contentWindow.postMessage({ t: "init" }, "*", [channel.port2]);
}

function tell(message) {
  if (port) port.postMessage(message);
}

function look() {
  const { lang, dataset } = document.documentElement;
  tell({ t: "look", lang, theme: dataset.theme || "" });
}

function heard(from, message) {
  if (message.t === "ready") {
    port = from;
    look();
    if (pending?.page === now?.id && pending.n === now.n) tell(pending);
    else if (now?.n >= 0) resume(-1);
    return;
  }
  if (from !== port || !now) return;
  if (message.t === "shown") box.classList.add("shown");
  else if (message.t === "event" && message.page === now.id) touch(message);
  else if (message.t === "pull" && message.page === now.id && now.life.includes("on_pull_down")) life("on_pull_down", PULL);
  else if (message.t === "lost" && message.page === now.id) resume(-1);
  else if (message.t === "bottom" && message.page === now.id && now.life.includes("on_reach_bottom")) life("on_reach_bottom");
  else if (message.t === "blocked") console.info("mini-program: not shown:", message.kind, message.name);
}

// ---- up ---------------------------------------------------------------------------------------
function touch({ k, n, type, handler, path, dataset, value, fields, models }) {
  const event_id = newId();
  if (k) local.set(event_id, k);
  post({ program_id: program, page_id: now.id, event_id, n, type, handler, path, dataset, value, fields, models });
}

function life(handler, k = 0) {
  const event_id = newId();
  if (k) local.set(event_id, k);
  post({ program_id: program, page_id: now.id, event_id, n: now.n, type: "life", handler });
}

// The page that is shown goes to the back, or is left for good; the tab is left, or come back to.  The
// host is told best-effort: a browser that is closed tells nobody.
function tellLife(...names) {
  for (const name of names) if (now && now.n >= 0 && now.life.includes(name)) life(name);
}

function post(payload) {
  wait.set(payload.event_id, payload);
  send("page.event", payload);
}

function resume(n, isShown = false) {
  send("page.resume", { program_id: program, page_id: now.id, n, is_shown: isShown });
}

function open() {
  const query = { ...now.query };
  const payload = { program_id: program, page_id: now.id, path: now.path, query };
  if (version) payload.version_id = version;
  send("page.open", payload);
}

// ---- down -------------------------------------------------------------------------------------
on("page.patch", (reply) => {
  const mine = wait.get(reply.event_id);
  wait.delete(reply.event_id);
  settle(reply.event_id, reply.page_id);
  if (!now || reply.page_id !== now.id) return;
  if (mine || !reply.event_id) problem.hidden = true;
  if (reply.tree !== undefined) {
    now.n = reply.n;
    now.life = reply.life || [];
    setTitle(reply.title);
    pending = { t: "page", page: now.id, n: reply.n, tree: reply.tree, back: now.back, pulls: now.life.includes("on_pull_down") };
    tell(pending);
  }
  for (const patch of reply.patches || []) {
    if (patch.n <= now.n) continue;
    if (patch.n !== now.n + 1) return void resume(-1);
    now.n = patch.n;
    tell({ t: "patch", page: now.id, n: patch.n, ops: patch.ops });
  }
  for (const effect of reply.effects || []) if (effect.n > now.seen) { now.seen = effect.n; perform(effect); }
  for (const sheet of reply.sheets || []) question(sheet);
});

on("page.ask", ({ page_id, url }) => {
  if (!now || page_id !== now.id) return;
  consent = { allowed: false };
  openSheet(url);
});

on("page.failed", ({ page_id, event_id, is_retryable, detail }) => {
  settle(event_id, page_id);
  if (!now || page_id !== now.id) return;
  const again = wait.get(event_id);
  wait.delete(event_id);
  complain(detail, () => {
    // The same event under the same name when nothing says that it was at fault; else a new one.
    if (again) post(is_retryable ? again : { ...again, event_id: newId() });
    else if (now.n < 0) open();
    else resume(now.n);
  });
});

on("page.answer", ({ page_id, ask_id }) => {
  if (!now || page_id !== now.id) return;
  if (asking && asking.ask_id === ask_id) {
    asking.answered = true;
    if (["pay.open", "pay.request"].includes(asking.capability)) setTimeout(closeSheet, PAID_SHOWN_MS);
  }
  resume(now.n);
});

// The host has stopped this version: the page asks anew, and is told so.
on("page.suspended", () => { if (now && now.n >= 0) resume(now.n); });

on("live.refused", ({ kind, status, problem: slug, detail, sent }) => {
  if (!kind?.startsWith("page.")) return;
  settle(sent?.event_id, sent?.page_id);
  wait.delete(sent?.event_id);
  if (!now || (sent && sent.page_id !== now.id)) return;
  if (status === 404 && kind !== "page.open") {
    // Too old to come back to: begin the page anew.
    now = { ...now, id: newId(), n: -1, seen: -1 };
    history.replaceState({ ...history.state, page: now.id }, "");
    open();
  } else if (slug === "version-suspended") complain(detail, () => location.assign(`/p/${program}`));
  else if (kind === "page.open") complain(detail || box.dataset.gone, open);
  else toast(detail || document.getElementById("toasts").dataset.failed);
});

on("market.order_changed", () => {
  if (now && now.n >= 0 && now.life.includes("on_show") && !sheetBox.open) resume(now.n, true);
});

function settle(eventId, pageId) {
  const k = local.get(eventId);
  local.delete(eventId);
  if (k !== undefined) tell({ t: "done", page: pageId, k });
}

function complain(detail, retry) {
  const line = document.getElementById("program-detail");
  line.textContent = detail || "";
  line.hidden = !detail;
  failed = retry;
  box.classList.add("shown");
  problem.hidden = false;
  document.getElementById("program-again").focus();
}

document.getElementById("program-again").addEventListener("click", () => {
  problem.hidden = true;
  const retry = failed;
  failed = null;
  retry?.();
});

// Fetched when the first picture is looked at: most pages show none large.
async function view({ pictures, current }) {
  const { showPictures } = await import("./viewer.js");
  showPictures(pictures, current, box.dataset);
}

// ---- effects ----------------------------------------------------------------------------------
function perform({ name, args }) {
  if ((name.startsWith("nav.") || name === "sheet") && (asking || sheetBox.open)) return void later.push({ name, args, page: now.id });
  if (name === "ui.toast") toast(args.text);
  else if (name === "ui.title") setTitle(args.text);
  else if (name === "ui.loading") showLoading(args.text);
  else if (name === "ui.done") endLoading();
  else if (name === "ui.badge") setBadge(args.page, args.text);
  else if (name === "ui.scroll_to") tell({ t: "scroll", page: now.id, id: args.id });
  else if (name === "ask") question(args);
  else if (name === "sheet") openSheet(args.url);
  else if (name === "media.preview") view(args);
  else if (name === "clipboard.set") copyText(args.text, box.dataset);
  else if (name === "sheet") openSheet(args.url);
  else if (name === "share") openSheet(`/share?kind=${encodeURIComponent(args.kind)}&id=${encodeURIComponent(args.id)}`);
  else if (name === "nav.to") go(args.page, args.query, now.depth + 1);
  else if (name === "nav.redirect") go(args.page, args.query, now.depth, true);
  else if (name === "nav.switch_tab") restart(args.page, {});
  else if (name === "nav.relaunch") restart(args.page, args.query);
  else if (name === "nav.back") {
    if (now.depth > 0) history.go(-Math.min(args.steps, now.depth));
    else go(pages[0], {}, 0, true);
  }
}

// One question at a time: the next one waits until the sheet of this one is gone.
function question(args) {
  const { ask_id, capability, url } = args;
  if (asking?.ask_id === ask_id) return;
  later = later.filter((each) => each.args.ask_id !== ask_id);
  if (asking || sheetBox.open) return void later.push({ name: "ask", args, page: now.id });
  asking = { ask_id, capability, answered: false };
  openSheet(url).then(() => {
    // A sheet that could not be shown is no answer: it is tried again after the next one.
    if (asking?.ask_id !== ask_id || sheetBox.open) return;
    asking = null;
    later.push({ name: "ask", args, page: now.id });
  });
}

// After the step in the history that closes a sheet: what follows may be a step of its own.
document.addEventListener("sheet:closed", () => setTimeout(() => { if (!sheetBox.open) afterSheet(); }));

function afterSheet() {
  if (asking) {
    const { ask_id } = asking;
    asking = null;
    // Closing is an answer too: paid or not, the host knows.
    ask(`/asks/${encodeURIComponent(ask_id)}/close`, { method: "POST" }).catch(() => {});
  }
  if (consent) {
    const { allowed } = consent;
    consent = null;
    if (allowed) open();
    else complain(box.dataset.required, open);
  }
  const todo = later;
  later = [];
  // A question of a page that has gone waits for that page.
  for (const effect of todo) if (effect.name !== "ask" || effect.page === now.id) perform(effect);
}
document.addEventListener("sheet:answer", (event) => {
  if (consent && event.detail?.allowed) consent.allowed = true;
});

function setTitle(text) {
  const title = document.getElementById("program-title");
  if (text && title.firstChild.nodeValue !== text) title.firstChild.nodeValue = text;
}

// ---- going about ------------------------------------------------------------------------------
function address(path, query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) search.set(name, value);
  if (version) search.set("version", version);
  const text = search.toString();
  return `/p/${program}/${path}${text ? `?${text}` : ""}`;
}

function texts(query) {
  return Object.fromEntries(Object.entries(query || {}).filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)]));
}

function go(path, query, depth, isReplacing = false) {
  if (!pages.includes(path)) return void toast(box.dataset.gone);
  endLoading();
  if (depth > PAGES_DEEP_MAX) { depth = PAGES_DEEP_MAX; isReplacing = true; }
  tellLife("on_hide", ...(isReplacing ? ["on_unload"] : []));
  now = { id: newId(), path, query: texts(query), n: -1, seen: -1, life: [], depth, back: false };
  const state = { page: now.id, path, query: now.query, depth };
  history[isReplacing ? "replaceState" : "pushState"](state, "", address(path, now.query));
  markTab();
  open();
}

// Close every page and open one: back to the first step of this program, which becomes it.
function restart(path, query) {
  if (!pages.includes(path)) return void toast(box.dataset.gone);
  if (!now.depth) return void go(path, query, 0, true);
  leaving = { path, query };
  history.go(-now.depth);
}

function canGoUp() {
  return now.path !== pages[0] && !box.querySelector(`[data-program-tab="${CSS.escape(now.path)}"]`);
}

function markTab() {
  document.getElementById("program-back").hidden = !now.depth && !canGoUp();
  for (const tab of box.querySelectorAll("[data-program-tab]")) {
    if (tab.dataset.programTab === now.path) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

addEventListener("popstate", (event) => {
  const state = event.state;
  if (leaving && state?.page) {
    const { path, query } = leaving;
    leaving = null;
    return void go(path, query, 0, true);
  }
  if (!state?.page || (now && state.page === now.id)) return;
  tellLife("on_hide", ...(now && state.depth < now.depth ? ["on_unload"] : []));
  endLoading();
  now = { id: state.page, path: state.path, query: state.query, n: -1, seen: Infinity, life: [], depth: state.depth, back: true };
  markTab();
  resume(-1, true);
  now.seen = -1;
});

box.addEventListener("click", (event) => {
  const tab = event.target.closest?.("[data-program-tab]");
  if (!tab || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  if (tab.dataset.programTab !== now.path) restart(tab.dataset.programTab, {});
});
document.getElementById("program-back").addEventListener("click", () => {
  if (now.depth > 0) history.back();
  else go(pages[0], {}, 0, true);
});
// "Share" in the menu asks the page what it wants to share, when it can say.
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-program-share]") || !now.life.includes("on_share")) return;
  event.preventDefault();
  event.stopPropagation();
  post({ program_id: program, page_id: now.id, event_id: newId(), n: now.n, type: "share" });
}, true);

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return void tellLife("on_hide", "app:on_hide");
  tellLife("app:on_show");
  if (now && now.n >= 0 && now.life.includes("on_show") && !sheetBox.open) resume(now.n, true);
});

// ---- lines that break -------------------------------------------------------------------------
let wasClosed = false;
document.addEventListener("live:state", ({ detail }) => {
  if (detail.state === "closed") wasClosed = true;
  else if (wasClosed && now) {
    wasClosed = false;
    if (now.n < 0) open();
    else resume(now.n);
    // Sent again under the same name: what has happened does not happen twice.
    for (const payload of wait.values()) send("page.event", payload);
  }
});
new MutationObserver(look).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "lang"] });

// ---- begin ------------------------------------------------------------------------------------
frame.addEventListener("load", connect);
frame.src = box.dataset.src;
const kept = history.state;
const query = Object.fromEntries(new URLSearchParams(location.search));
delete query.version;
now = { id: kept?.page || newId(), path: box.dataset.page, query, n: -1, seen: -1, life: [], depth: kept?.depth || 0, back: true };
markTab();
// Loaded again while a sheet was open: the page is one step below, and popstate brings it.
if (kept?.sheet) history.back();
else if (kept?.page && kept.path === now.path) resume(-1, true);
else {
  now.id = newId();
  history.replaceState({ page: now.id, path: now.path, query, depth: 0 }, "", address(now.path, query));
  open();
}
