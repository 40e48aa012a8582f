// What every page runs.  A page's own module comes after this one and imports from its neighbours.
import "./theme.js";
import "./times.js";
import "./forms.js";
import "./sheet.js";
import "./pinpad.js";
import "./nav.js";
import "./live.js";

// Few pages offer a passkey; its module is fetched when one does, and shows the offer itself.
function offerPasskeys() {
  if (document.querySelector("[data-passkey], [data-passkey-new], [data-passkey-only]")) import("./passkey.js");
}
document.addEventListener("fragment", offerPasskeys);
offerPasskeys();
