// What every page runs.  A page's own module comes after this one and imports from its neighbours.
import "./theme.js";
import "./times.js";
import "./forms.js";
import "./sheet.js";
import "./pinpad.js";
import "./passkey.js";
import "./nav.js";
import "./live.js";
