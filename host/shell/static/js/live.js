// The one WebSocket of this page: numbered events down, messages up.
// Events are hints.  The gap rule: next → apply; larger → wait half a second, then pull what is
// missing; smaller → drop.  So an event is seen once, in order, whatever happened to the line.
import { ask } from "./fetch.js";

const meta = document.querySelector('meta[name="live"]');
const GAP_WAIT_MS = 500;
const BACKOFF_MS_MAX = 30_000;
const REPLAY_MAX = 100;
const RESUME = 4008;
const SIGNED_OUT = 4001;

let socket = null;
let failures = 0;
let timer = 0;
let pulling = null;
let since = 0;
let stopped = false;
const queue = [];
const ahead = new Map();
const key = meta ? `since:${meta.dataset.person}` : "";

/** The state of the line: "open", "closed" or "off" (nobody is signed in). */
export let state = meta ? "closed" : "off";

/** Send {kind, payload} up; kept until the line is open.  Returns false when nobody is signed in. */
export function send(kind, payload = {}) {
  if (!meta) return false;
  const frame = JSON.stringify({ kind, payload });
  if (socket?.readyState === WebSocket.OPEN) socket.send(frame);
  else queue.push(frame);
  return true;
}

/** Call `listener(payload, ev)` for each event of `kind`; returns a function that stops it. */
export function on(kind, listener) {
  const heard = (event) => listener(event.detail.payload, event.detail.ev);
  document.addEventListener(`live:${kind}`, heard);
  return () => document.removeEventListener(`live:${kind}`, heard);
}

function dispatch(detail) {
  document.dispatchEvent(new CustomEvent("live", { detail }));
  document.dispatchEvent(new CustomEvent(`live:${detail.kind}`, { detail }));
}

function take(event) {
  if (event.ev === undefined) return void dispatch(event);
  if (event.ev <= since) return;
  ahead.set(event.ev, event);
  drain();
  if (ahead.size) pulling ??= setTimeout(pull, GAP_WAIT_MS);
}

function drain() {
  while (ahead.has(since + 1)) {
    const event = ahead.get(since + 1);
    ahead.delete(event.ev);
    since = event.ev;
    sessionStorage.setItem(key, since);
    dispatch(event);
  }
}

async function pull() {
  try {
    if (!ahead.size) return;
    const { data } = await ask(`/live/events?since=${since}`);
    for (const event of data.events) if (event.ev > since) ahead.set(event.ev, event);
    // What the host has swept cannot be pulled: go on from what it still has.
    const first = Math.min(...ahead.keys());
    if (first > since + 1) since = first - 1;
    drain();
  } catch {
    // The line is down; resuming brings what is missing.
  } finally {
    pulling = null;
    if (ahead.size) pulling = setTimeout(pull, GAP_WAIT_MS);
  }
}

async function connect() {
  clearTimeout(timer);
  if (stopped || socket) return;
  let ticket;
  try {
    ({ data: { ticket } } = await ask("/live/ticket", { method: "POST" }));
  } catch (error) {
    if (error.status === 401) return;
    return void again();
  }
  if (stopped || socket) return;
  const base = location.origin.replace(/^http/, "ws");
  socket = new WebSocket(`${base}/live?ticket=${encodeURIComponent(ticket)}&since=${since}&lang=${meta.dataset.lang}`);
  socket.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    if (event.kind === "live.ready") opened();
    take(event);
  });
  socket.addEventListener("close", (event) => {
    socket = null;
    setState("closed");
    if (event.code === SIGNED_OUT && event.reason === "signed-out") return void location.reload();
    again(event.code === RESUME ? 0 : undefined);
  });
}

function opened() {
  failures = 0;
  setState("open");
  while (queue.length) socket.send(queue.shift());
}

function again(ms) {
  // Full jitter: after a restart a thousand browsers must not come back in the same second.
  const wait = ms ?? Math.random() * Math.min(BACKOFF_MS_MAX, 500 * 2 ** failures++);
  timer = setTimeout(connect, wait);
}

function setState(now) {
  state = now;
  document.dispatchEvent(new CustomEvent("live:state", { detail: { state } }));
}

if (meta) {
  const now = Number(meta.content);
  const kept = Number(sessionStorage.getItem(key));
  // An event may fall between the page's reading and its number; the last page's number covers it.
  since = kept && kept <= now && now - kept <= REPLAY_MAX ? kept : now;
  connect();
  addEventListener("online", () => { failures = 0; connect(); });
  addEventListener("pagehide", () => { stopped = true; socket?.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) { stopped = false; connect(); } });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket) { failures = 0; connect(); } });
}
