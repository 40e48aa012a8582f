// Talking to the host: one place that adds the CSRF header, and the only place that turns text into
// nodes.  The Trusted Types policy lives here and is used on answers of this host alone.
const WORKER_URL = "/sw.js";
const policy = globalThis.trustedTypes
  ? trustedTypes.createPolicy("hutong", {
      createHTML: (html) => html,
      createScriptURL: (url) => (url === WORKER_URL ? url : null),
    })
  : { createHTML: (html) => html, createScriptURL: (url) => url };
const toasts = () => document.getElementById("toasts");

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || toasts()?.dataset.failed || "");
    this.status = status;
    this.problem = problem;
  }
}

/** Ask the host; returns {nodes} for a fragment, {data} for JSON; throws Refused. */
export async function ask(url, options = {}) {
  try {
    return await askOnce(url, options);
  } catch (error) {
    // Signed in anew in another window: this page's token is of the session before.
    const isStale = error instanceof Refused && error.problem.type === "/problems/forged-request";
    if (!isStale || !(await renewToken())) throw error;
    return askOnce(url, options);
  }
}

const tokenOf = (root) => root.querySelector('meta[name="csrf"]');

async function renewToken() {
  const answer = await fetch("/me");
  const fresh = !answer.redirected && tokenOf(toNodes(await answer.text()));
  if (fresh) tokenOf(document).content = fresh.content;
  return Boolean(fresh);
}

/* What was typed stays on the page: signing in happens in another window. */
function offerSignIn(problem) {
  const href = "/sign-in?next=" + encodeURIComponent(location.pathname + location.search);
  toast(problem.detail, { href, label: toasts()?.dataset.signIn, isApart: true, ms: 20_000 });
}

async function askOnce(url, { method = "GET", body, json, signal }) {
  const headers = { "X-Fragment": "1" };
  if (method !== "GET") headers["X-CSRF"] = tokenOf(document).content;
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const sent = { method, headers, body: json === undefined ? body : JSON.stringify(json), signal };
  let response;
  try {
    response = await fetch(url, sent);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, { detail: toasts()?.dataset.failed });
  }
  const type = response.headers.get("Content-Type") || "";
  if (type.includes("json")) {
    const data = await response.json();
    if (response.ok) return { data, response };
    if (response.status === 401) offerSignIn(data);
    throw new Refused(response.status, data);
  }
  if (new URL(response.url).origin !== location.origin) throw new Refused(response.status, {});
  const text = await response.text();
  if (response.redirected && /^\s*<!doctype/i.test(text)) return { data: { redirect: response.url }, response };
  if (!type.includes("html")) throw new Refused(response.status, { detail: text });
  return { nodes: toNodes(text), response };
}

function toNodes(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
}

/** Let the worker answer when the host cannot be reached. */
export function registerWorker() {
  navigator.serviceWorker?.register(policy.createScriptURL(WORKER_URL)).catch(() => {});
}

/** Do what a JSON answer says: redirect, reload, toast.  Returns true when the page is leaving. */
export function follow(data) {
  if (data.toast) toast(data.toast);
  if (data.redirect) {
    const url = new URL(data.redirect, location.href);
    if (url.origin === location.origin) location.assign(url);
    return true;
  }
  if (data.reload) location.reload();
  return Boolean(data.reload);
}

export function toast(text, { href, label, act, isApart = false, ms = 4200 } = {}) {
  if (!text || !toasts() || [...toasts().children].some((shown) => shown.dataset.text === text)) return;
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.text = text;
  box.append(text);
  if (href) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = label;
    if (isApart) link.target = "_blank";
    box.append(" ", link);
  }
  if (act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-s", textContent: label });
    button.addEventListener("click", () => { box.remove(); act(); });
    box.append(" ", button);
  }
  // A modal dialog hides the rest of the page from people and from screen readers, toasts included.
  const open = [...document.querySelectorAll("dialog[open]")].pop();
  (open || document.body).append(toasts());
  toasts().append(box);
  setTimeout(() => box.remove(), ms);
}

/** Replace the contents of `target` with the fragment at `url`; keeps scroll and says when it is done. */
export async function refresh(target, url) {
  const { nodes } = await ask(url);
  if (!nodes) return;
  target.replaceChildren(nodes);
  document.dispatchEvent(new CustomEvent("fragment", { detail: { target } }));
}
