// Passkeys: a device makes one, and later signs a payment instead of a PIN.  The host says what is
// to be signed; it is made from the payment itself, so what comes back fits no other.
import { ask, follow, Refused, toast } from "./fetch.js";
import { complain } from "./forms.js";

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const isPossible = () =>
  Boolean(globalThis.PublicKeyCredential) && isSecureContext && !/^[\d.]+$|:/.test(location.hostname);

function fromHost(options) {
  const read = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    if (options[name]) read[name] = options[name].map((one) => ({ ...one, id: toBytes(one.id) }));
  }
  return read;
}

function toHost(nonce, made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = toText(made.response[name]);
  }
  return JSON.stringify({ nonce, credential: { id: made.id, rawId: toText(made.rawId), type: made.type, response } });
}

/* A payment: ask what to sign, let the device sign, send the same form again with the answer. */
async function prepare(button) {
  const { form } = button;
  const data = new FormData(form);
  data.delete("pin");
  data.set("passkey", "");
  let asked;
  try {
    const answer = await ask(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(data) });
    if (answer.data) follow(answer.data);
    else toast(button.dataset.failed);
    return null;
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.type !== "/problems/passkey-challenge") throw error;
    asked = error.problem;
  }
  const signed = await navigator.credentials.get({ publicKey: fromHost(asked.options) });
  let field = form.querySelector("input[name=passkey]");
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "passkey" });
    form.append(field);
  }
  field.value = toHost(asked.nonce, signed);
  return () => {
    const pin = form.querySelector("input[name=pin]");
    if (pin) pin.disabled = true;
    form.requestSubmit();
    // A refusal leaves the form as it was: what was signed serves once.
    setTimeout(() => {
      if (pin) pin.disabled = false;
      field.remove();
    }, 0);
  };
}

async function add(form) {
  const data = new FormData(form);
  const asked = await ask("/api/v1/wallet/passkeys/options", { method: "POST", json: { pin: data.get("pin") } });
  const made = await navigator.credentials.create({ publicKey: fromHost(asked.data.options) });
  const json = { answer: toHost(asked.data.nonce, made), name: data.get("name") || "" };
  await ask("/api/v1/wallet/passkeys", { method: "POST", json });
  location.assign("/wallet/settings");
}

async function attempt(form, button, act) {
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  button?.setAttribute("aria-busy", "true");
  try {
    await act();
  } catch (error) {
    // Refused by the host, or given up on the device, which is a DOMException without a sentence.
    complain(form, error instanceof Refused ? error : { message: button?.dataset.failed || form.dataset.failed });
    if (error instanceof Refused) document.dispatchEvent(new CustomEvent("form:refused", { detail: { form, error } }));
  } finally {
    delete form.dataset.sending;
    button?.removeAttribute("aria-busy");
  }
}

function arrange() {
  for (const part of document.querySelectorAll("[data-passkey], [data-passkey-only]")) part.hidden = !isPossible();
  for (const part of document.querySelectorAll("[data-passkey-not]")) part.hidden = isPossible();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-passkey]");
  if (!button) return;
  let ready = null;
  await attempt(button.form, button, async () => {
    ready = await prepare(button);
  });
  if (ready) ready();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.passkeyNew === undefined) return;
  event.preventDefault();
  attempt(form, event.submitter, () => add(form));
}, true);
document.addEventListener("fragment", arrange);
arrange();
