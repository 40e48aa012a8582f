// The page of one's payment code: asks for the first code, for the next one before a code ends, and
// opens the sheet when a till has read one.
import { on } from "./live.js";
import { openSheet } from "./sheet.js";

// The code on the screen stays good for a while longer: a cashier may be reading it.
const EARLY_S = 8;
let timer = 0;

function renew() {
  // A screen that nobody looks at shows no code, and asks for none.
  if (document.hidden) return;
  document.querySelector("[data-paycode] form")?.requestSubmit();
}

function arrange() {
  clearTimeout(timer);
  const left = document.querySelector("[data-paycode]")?.dataset.left;
  if (left !== undefined) timer = setTimeout(renew, Math.max(1, Number(left) - EARLY_S) * 1000);
}

on("codes.charge", ({ charge_id: id }) => openSheet(`/wallet/charges/${id}`));
document.addEventListener("fragment", arrange);
document.addEventListener("visibilitychange", renew);
arrange();
if (document.querySelector("[data-paycode]").dataset.left === undefined) renew();
