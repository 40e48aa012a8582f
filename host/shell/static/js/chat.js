// A conversation and the list beside it, live.  What is on the screen comes from the host as HTML:
// an event is a hint, and the messages after the last one that is here are fetched.  What one sends
// appears at once under its client id, is kept until the host has it, and is replaced by what the
// host says.
import { ask, refresh, toast } from "./fetch.js";
import { shrink } from "./forms.js";

const LIST_WAIT_MS = 150;
const NEAR_END_PX = 160;
const rows = document.getElementById("chat-rows");
const chat = document.querySelector("[data-chat]");

/* -- the list ------------------------------------------------------------------------------------- */
let listTimer = 0;
function refreshRows() {
  clearTimeout(listTimer);
  listTimer = setTimeout(() => refresh(rows, rows.dataset.url).catch(() => {}), LIST_WAIT_MS);
}
if (rows) {
  document.addEventListener("live", (event) => {
    if (/^(chat|contacts)\./.test(event.detail.kind)) refreshRows();
  });
}

/* -- times ---------------------------------------------------------------------------------------- */
const lang = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat(lang, { weekday: "long" });
const day = new Intl.DateTimeFormat(lang, { day: "numeric", month: "long" });
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });

/** "09:41", "Yesterday 09:41", "Monday 09:41", "4 March 09:41", in the reader's own zone. */
function moment(atMs) {
  const at = new Date(atMs);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(atMs).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days <= 0) return clock.format(at);
  const yesterday = relative.format(-1, "day");
  const name = days === 1 ? yesterday[0].toLocaleUpperCase(lang) + yesterday.slice(1) : days < 7 ? weekday.format(at) : day.format(at);
  return `${name} ${clock.format(at)}`;
}
function sayMoments() {
  for (const time of document.querySelectorAll("time[data-moment]:not([datetime])")) {
    const atMs = Number(time.dataset.moment);
    time.dateTime = new Date(atMs).toISOString();
    time.textContent = moment(atMs);
  }
}

if (chat) openChat();

function openChat() {
  const id = chat.dataset.chat;
  const me = chat.dataset.person;
  const url = `/chats/${encodeURIComponent(id)}`;
  const list = document.getElementById("messages");
  const composer = document.getElementById("composer");
  const jump = document.getElementById("jump");
  const isLatest = !new URLSearchParams(location.search).has("before");
  const outboxKey = `outbox:${me}:${id}`;
  const draftKey = `draft:${me}:${id}`;

  /* ---- where one is --------------------------------------------------------------------------- */
  const root = document.scrollingElement;
  const fromEnd = () => root.scrollHeight - root.scrollTop - innerHeight;
  const isNearEnd = () => fromEnd() < NEAR_END_PX;
  function toEnd(behavior = "instant") {
    root.scrollTo({ top: root.scrollHeight, behavior });
  }
  function lastSeq() {
    const all = list.querySelectorAll("[data-seq]");
    return all.length ? Number(all[all.length - 1].dataset.seq) : 0;
  }
  function showJump(hasNew = false) {
    const near = isNearEnd();
    jump.hidden = near;
    if (near) jump.classList.remove("has-new");
    else if (hasNew) jump.classList.add("has-new");
    const label = jump.querySelector("span");
    label.textContent = jump.classList.contains("has-new") ? label.dataset.new : label.dataset.latest;
  }
  jump.addEventListener("click", () => toEnd("smooth"));
  // Who is at the end stays there when something above or at the end grows, such as a picture that
  // has arrived; who has scrolled up stays where they are.
  let pinned = isLatest;
  addEventListener("scroll", () => { pinned = isLatest && isNearEnd(); showJump(); markRead(); }, { passive: true });
  new ResizeObserver(() => { if (pinned) toEnd(); }).observe(list);
  addEventListener("resize", () => { if (pinned) toEnd(); });

  /* ---- taking in what the host sent ------------------------------------------------------------ */
  function merge(nodes) {
    const stays = pinned;
    let added = 0;
    for (const item of [...nodes.children]) {
      const seq = item.dataset.seq;
      const old = seq && document.getElementById(`m${seq}`);
      if (old) { old.replaceWith(item); continue; }
      if (item.dataset.before && document.getElementById(`m${item.dataset.before}`)) continue;
      if (item.hidden) continue;
      const mine = item.dataset.client && list.querySelector(`.msg-pending[data-client="${CSS.escape(item.dataset.client)}"]`);
      mine?.remove();
      list.querySelector(".msg-pending") ? list.querySelector(".msg-pending").before(item) : list.append(item);
      if (seq) added += item.classList.contains("msg-mine") ? 0 : 1;
    }
    document.dispatchEvent(new CustomEvent("fragment", { detail: { target: list } }));
    if (stays) toEnd();
    showJump(added > 0 && !stays);
    markRead();
  }

  let pulling = null;
  let again = false;
  /** Fetch what comes after the last message here; one at a time, and once more if asked meanwhile. */
  function pull() {
    if (!isLatest) return;
    if (pulling) { again = true; return; }
    pulling = (async () => {
      do {
        again = false;
        const { nodes } = await ask(`${url}/messages?after=${lastSeq()}`);
        if (!nodes) return;
        if (nodes.querySelector("[data-later]")) again = true;
        merge(nodes);
      } while (again);
    })().catch(() => {}).finally(() => { pulling = null; });
  }
  async function renew(seq) {
    const old = document.getElementById(`m${seq}`);
    if (!old) return;
    const { nodes } = await ask(`${url}/messages?only=${seq}`);
    const item = nodes?.querySelector(`[data-seq="${seq}"]`);
    if (item) old.replaceWith(item);
    document.dispatchEvent(new CustomEvent("fragment", { detail: { target: list } }));
  }

  document.addEventListener("live", ({ detail: { kind, payload } }) => {
    if (payload.conversation_id === id) {
      if (kind === "chat.message" && payload.seq > lastSeq()) pull();
      else if (kind === "chat.recall") renew(payload.seq).catch(() => {});
      else if (kind === "chat.read" && payload.person_id !== me) tick(payload.seq);
      return;
    }
    // An order that moved on, a product that sold out: cards here that show it are read again.
    const ids = new Set(Object.values(payload).filter((value) => typeof value === "string"));
    for (const item of list.querySelectorAll("[data-about]")) {
      if (ids.has(item.dataset.about)) renew(item.dataset.seq).catch(() => {});
    }
  });
  document.addEventListener("live:state", (event) => { if (event.detail.state === "open") { pull(); flush(); } });

  function tick(seq) {
    for (const item of list.querySelectorAll(".msg-mine[data-seq]")) {
      const mark = item.querySelector(".tick:not(.tick-read)");
      if (!mark || Number(item.dataset.seq) > seq) continue;
      mark.classList.add("tick-read");
      const use = mark.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#check$/, "#checks"));
    }
  }

  /* ---- reading ------------------------------------------------------------------------------- */
  let marked = lastSeq();
  function markRead() {
    const seq = lastSeq();
    if (!isLatest || seq <= marked || document.hidden || !isNearEnd()) return;
    marked = seq;
    ask(`${url}/read`, { method: "POST", body: new URLSearchParams({ seq }) }).catch(() => { marked = 0; });
  }
  document.addEventListener("visibilitychange", markRead);

  /* ---- earlier messages ------------------------------------------------------------------------- */
  const earlier = chat.querySelector(".earlier[data-before]");
  async function loadEarlier() {
    if (!earlier || earlier.dataset.busy) return;
    earlier.dataset.busy = "1";
    try {
      const { nodes } = await ask(`${url}/messages?before=${earlier.dataset.before}`);
      const more = Boolean(nodes.querySelector("[data-earlier]"));
      const first = nodes.querySelector("[data-seq]");
      const height = root.scrollHeight;
      const top = root.scrollTop;
      list.prepend(...[...nodes.children].filter((item) => !item.hidden));
      root.scrollTop = top + root.scrollHeight - height;
      if (first && more) {
        earlier.dataset.before = first.dataset.seq;
        earlier.href = `${url}?before=${first.dataset.seq}`;
      } else earlier.remove();
      document.dispatchEvent(new CustomEvent("fragment", { detail: { target: list } }));
    } catch (error) {
      toast(error.message);
    } finally {
      delete earlier.dataset.busy;
    }
  }
  earlier?.addEventListener("click", (event) => { event.preventDefault(); loadEarlier(); });

  /* ---- sending --------------------------------------------------------------------------------- */
  const text = composer?.elements.text;
  const picture = composer?.elements.picture;
  const waiting = new Map();
  let line = Promise.resolve();

  function keep() {
    const kept = [...waiting.values()].filter((one) => !one.file).map(({ client, text: said, reply }) => ({ client, text: said, reply }));
    if (kept.length) localStorage.setItem(outboxKey, JSON.stringify(kept));
    else localStorage.removeItem(outboxKey);
  }
  function say(one, what, words = "") {
    for (const part of one.item.querySelectorAll("[data-say]")) {
      part.hidden = part.dataset.say !== what;
      if (!part.hidden && words) part.textContent = words;
    }
    one.item.classList.toggle("msg-refused", what === "refused");
    one.item.querySelector("[data-retry]").hidden = what !== "refused";
    one.item.querySelector("[data-drop]").hidden = what !== "refused";
  }
  function add(one) {
    const template = document.getElementById("pending").content.firstElementChild;
    one.item = template.cloneNode(true);
    one.item.dataset.client = one.client;
    const bubble = one.item.querySelector(".bubble");
    if (one.text) bubble.textContent = one.text;
    if (one.file) {
      const image = new Image();
      image.src = URL.createObjectURL(one.file);
      image.alt = "";
      const frame = document.createElement("span");
      frame.className = "msg-picture";
      frame.append(image);
      one.text ? bubble.before(frame) : bubble.replaceWith(frame);
    }
    one.item.querySelector("[data-retry]").addEventListener("click", () => post(one));
    one.item.querySelector("[data-drop]").addEventListener("click", () => drop(one));
    list.append(one.item);
    waiting.set(one.client, one);
    keep();
    pinned = true;
    toEnd();
    post(one);
  }
  function drop(one) {
    waiting.delete(one.client);
    one.item.remove();
    keep();
  }
  /** Send one after the other, so that what was written first has the lower number. */
  function post(one) {
    say(one, "sending");
    line = line.then(() => postNow(one));
  }
  async function postNow(one) {
    if (!waiting.has(one.client)) return;
    const body = new FormData();
    body.set("client_id", one.client);
    body.set("text", one.text);
    if (one.reply) body.set("reply_to", one.reply);
    if (one.file) body.set("picture", await shrink(one.file), "picture");
    try {
      const { nodes } = await ask(`${url}/messages?after=${lastSeq()}`, { method: "POST", body });
      waiting.delete(one.client);
      keep();
      if (nodes) merge(nodes);
      one.item.remove();
    } catch (error) {
      // No answer is no refusal: the same client id asks again when the line is back.
      if (error.status === 0 || error.status >= 502) say(one, "waiting");
      else say(one, "refused", error.message);
    }
  }
  function flush() {
    for (const one of waiting.values()) {
      if (!one.item.querySelector('[data-say="waiting"]').hidden) post(one);
    }
  }
  addEventListener("online", flush);
  setInterval(() => { if (waiting.size && navigator.onLine) flush(); }, 5000);

  function sendText() {
    const said = text.value.trim();
    if (!said) return void text.focus();
    const reply = composer.elements.reply_to.value;
    text.value = "";
    text.dispatchEvent(new Event("input"));
    endReply();
    add({ client: newId(), text: said, reply });
    text.focus();
  }
  function sendPicture(file) {
    if (!file?.type.startsWith("image/")) return;
    add({ client: newId(), text: "", reply: "", file });
  }
  // Off localhost and HTTPS there is no randomUUID; the same 128 bits, made by hand.
  function newId() {
    return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function startReply(seq, name, said) {
    const bar = document.getElementById("replying");
    composer.elements.reply_to.value = seq;
    bar.querySelector("span").textContent = `${name}: ${said}`;
    bar.hidden = false;
    text.focus();
  }
  function endReply() {
    composer.elements.reply_to.value = "";
    document.getElementById("replying").hidden = true;
  }

  if (composer) {
    composer.addEventListener("submit", (event) => { event.preventDefault(); sendText(); });
    text.addEventListener("keydown", (event) => {
      // While an input method is composing, Enter chooses a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      sendText();
    });
    text.addEventListener("input", () => {
      if (text.value) sessionStorage.setItem(draftKey, text.value);
      else sessionStorage.removeItem(draftKey);
    });
    text.addEventListener("paste", (event) => {
      for (const file of event.clipboardData?.files ?? []) sendPicture(file);
    });
    picture.addEventListener("change", () => { sendPicture(picture.files[0]); picture.value = ""; });
    chat.addEventListener("dragover", (event) => { event.preventDefault(); chat.classList.add("drop"); });
    chat.addEventListener("dragleave", () => chat.classList.remove("drop"));
    chat.addEventListener("drop", (event) => {
      event.preventDefault();
      chat.classList.remove("drop");
      for (const file of event.dataTransfer.files) sendPicture(file);
    });
    document.querySelector("#replying button").addEventListener("click", endReply);
    text.value ||= sessionStorage.getItem(draftKey) ?? "";
    if (matchMedia("(hover: hover)").matches) text.focus({ preventScroll: true });
  }

  /* ---- actions of one message -------------------------------------------------------------------- */
  list.addEventListener("click", async (event) => {
    const item = event.target.closest("[data-seq]");
    const menu = event.target.closest(".msg-menu");
    const reply = event.target.closest("[data-reply]");
    const said = item?.querySelector(".bubble")?.textContent ?? "";
    if (reply && composer) startReply(reply.dataset.reply, reply.dataset.name, said || "…");
    if (event.target.closest("[data-copy]")) await navigator.clipboard?.writeText(said).catch(() => {});
    if (menu && !event.target.closest("summary")) menu.open = false;
    // Without a pointer that hovers, a tap on the bubble opens its actions.
    if (event.target.closest(".bubble") && !event.target.closest("a") && matchMedia("(hover: none)").matches && !String(getSelection())) {
      const own = item?.querySelector(".msg-menu");
      if (own) own.open = !own.open;
    }
  });
  document.addEventListener("click", (event) => {
    const plus = composer?.querySelector(".plus[open]");
    if (plus && !event.target.closest(".plus > summary")) plus.open = false;
    for (const menu of list.querySelectorAll(".msg-menu[open]")) {
      if (!event.target.closest(`#${menu.closest("[data-seq]").id}`)) menu.open = false;
    }
  });
  chat.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of chat.querySelectorAll("details[open]")) menu.open = false;
  });

  /* ---- the first look ------------------------------------------------------------------------- */
  const unread = document.getElementById("unread");
  if (isLatest && unread) {
    pinned = false;
    unread.scrollIntoView({ block: "center", behavior: "instant" });
  } else if (isLatest) toEnd();
  showJump();
  if (composer) {
    let kept = [];
    try {
      kept = JSON.parse(localStorage.getItem(outboxKey) ?? "[]");
    } catch {
      localStorage.removeItem(outboxKey);
    }
    for (const one of kept) add(one);
  }
  if (earlier && isLatest) {
    // Earlier messages come by themselves, but not before somebody has scrolled.
    addEventListener("scroll", () => {
      new IntersectionObserver(([entry]) => { if (entry.isIntersecting) loadEarlier(); }, { rootMargin: "300px" }).observe(earlier);
    }, { once: true });
  }
}

document.addEventListener("fragment", sayMoments);
sayMoments();
