// A mini-program's text on its way to the clipboard.  The person is told which shop, and what.
import { toast } from "./fetch.js";

const SHOWN_MAX = 60;
let waiting = "";

/** Copy `text`; where the browser wants a tap of its own for that, ask for one. */
export async function copyText(text, { copied, copy, copyYes }) {
  waiting = text;
  const said = (words) => `${words} ${shown(text)}`;
  try {
    await navigator.clipboard.writeText(text);
    toast(said(copied));
  } catch {
    toast(said(copy), { label: copyYes, act: () => copyNow(), ms: 20_000 });
  }
}

// In the tap itself.  The old way works on plain http too, where `navigator.clipboard` is missing.
function copyNow() {
  if (navigator.clipboard) return void navigator.clipboard.writeText(waiting).catch(() => {});
  const field = document.createElement("textarea");
  field.value = waiting;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

function shown(text) {
  const line = text.replace(/\s*\n\s*/g, " ↵ ");
  return `“${line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line}”`;
}
