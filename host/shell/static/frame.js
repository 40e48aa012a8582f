// Shows one mini-program.  Runs in a frame without an origin: it can reach nothing but the port it
// is given, and makes nodes one by one from lists, never from text that looks like markup.
"use strict";
(() => {
  // The same lists as runtime/view/allowlist.py; a test compares them.
  const TAGS = "span b strong i em small s u mark code sub sup time abbr kbd q cite del ins samp var dfn wbr output ruby rt div section article header footer nav aside p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd hr br pre blockquote address figure figcaption details summary table caption thead tbody tfoot tr th td form fieldset legend label input textarea select optgroup option button progress meter img m-stepper main";
  const ATTRS = "class id title role dir lang hidden style alt width height loading type name value placeholder checked disabled readonly required maxlength minlength min max step inputmode autocomplete enterkeyhint rows for low high optimum datetime scope colspan rowspan start open label src";
  const EVENTS = "tap change input submit longpress";
  const INPUT_TYPES = "text search tel url email number range date time month checkbox radio";
  const set = (words) => new Set(words.split(" "));
  const tags = set(TAGS), attrs = set(ATTRS), events = set(EVENTS), inputTypes = set(INPUT_TYPES);
  const PICTURE = /^\/(?:media|assets)\/[A-Za-z0-9_.\/-]+$/;
  const OWN = /^(?:data|aria)-[a-z0-9-]{1,40}$/;
  // One declaration of the style attribute: a number with a unit, a colour, plain words; no function.
  const PIECE = "(?:[-+]?[0-9]+(?:\\.[0-9]+)?(?:%|[a-z]{1,4})?|#[0-9a-fA-F]{3,8}|[a-z][a-z-]*)";
  const STYLE = new RegExp(`^(--[a-z][a-z0-9-]{0,40}|-?[a-z][a-z-]*):(${PIECE}(?:[ ,/]+${PIECE})*)$`);
  const NODES_MAX = 8000, DEPTH_MAX = 100, LONGPRESS_MS = 500, BUSY_AFTER_MS = 120, INPUT_WAIT_MS = 160, MODEL_WAIT_MS = 450;
  const FIELDS = "input, textarea, select, m-stepper";

  // A field named "childNodes" inside a form would hide the form's own: so ask the prototypes.
  const get = (proto, name) => { const f = Object.getOwnPropertyDescriptor(proto, name).get; return (el) => f.call(el); };
  const act = (proto, name) => { const f = proto[name]; return (el, ...rest) => f.apply(el, rest); };
  const kids = get(Node.prototype, "childNodes"), parentOf = get(Node.prototype, "parentNode");
  const insert = act(Node.prototype, "insertBefore"), append = act(Node.prototype, "appendChild"), remove = act(Node.prototype, "removeChild");
  const contains = act(Node.prototype, "contains");
  const put = act(Element.prototype, "setAttribute"), drop = act(Element.prototype, "removeAttribute"), has = act(Element.prototype, "hasAttribute"), read = act(Element.prototype, "getAttribute");
  const all = act(Element.prototype, "querySelectorAll"), matches = act(Element.prototype, "matches");
  const tagOf = (el) => get(Element.prototype, "localName")(el);

  let port = null, root = null, page = "", n = 0, count = 0;
  const bound = new WeakMap();   // element → {tap: "handler", model: "name", …}
  const typed = new WeakMap();   // field → texts sent and not yet answered, newest last
  const stepper = new WeakMap(); // m-stepper → its parts and numbers
  const waiting = new Map();     // number of an event → element it came from
  const models = new Map();      // name → value, written since the last event
  const timers = new WeakMap();
  const scrolls = new Map();     // page → how far it was scrolled
  let modelTimer = 0;

  const say = (message) => port && port.postMessage(message);
  const blocked = (kind, name) => say({ t: "blocked", kind, name: String(name).slice(0, 80) });
  addEventListener("securitypolicyviolation", (event) => blocked("csp", `${event.violatedDirective} ${event.blockedURI}`));

  // ---- nodes ------------------------------------------------------------------------------------
  function make(node, depth = 0) {
    if (typeof node === "string") return document.createTextNode(node);
    const nothing = (kind, name) => { blocked(kind, name); return document.createComment(""); };
    if (!Array.isArray(node) || ++count > NODES_MAX || depth > DEPTH_MAX) return nothing("tree", "too much");
    const [tag, given, children] = node;
    if (typeof tag !== "string" || !tags.has(tag)) return nothing("tag", tag);
    const el = document.createElement(tag);
    if (tag === "button") put(el, "type", "button");
    if (tag === "form") put(el, "novalidate", "");
    if (tag === "m-stepper") makeStepper(el);
    // The type decides what a value may be, so it comes first.
    if (given?.type !== undefined) setAttr(el, "type", given.type);
    for (const name in given) if (name !== "type") setAttr(el, name, given[name]);
    if (tag !== "m-stepper" && Array.isArray(children)) for (const child of children) append(el, make(child, depth + 1));
    // A choice can only be made once the options are there.
    if (tag === "select" && given?.value !== undefined) el.value = given.value;
    if (tag === "img") { el.decoding = "async"; el.draggable = false; }
    tidyTouch(el, tag);
    return el;
  }

  function setAttr(el, name, value) {
    const tag = tagOf(el);
    if (name[0] === "@") return void bind(el, name.slice(1), value);
    if (!attrs.has(name) && !OWN.test(name)) return void (value != null && blocked("attribute", `${tag}.${name}`));
    if (value != null && typeof value !== "string") return void blocked("attribute", `${tag}.${name}`);
    if (tag === "m-stepper" && stepper.get(el).take(name, value)) return;
    if (name === "type") {
      if (tag === "button") return void bind(el, "type", value === "submit" ? "submit" : null);
      if (!inputTypes.has(value)) return void blocked("attribute", `${tag}.type=${value}`);
    }
    if (name === "src" && value != null && (!PICTURE.test(value) || value.includes(".."))) return void blocked("attribute", `${tag}.src`);
    if (name === "style") return void setStyle(el, value ?? "");
    if (name === "value" && matches(el, "input, textarea, select")) return void setValue(el, value ?? "");
    if (name === "checked") return void (el.checked = value != null);
    if (value == null) drop(el, name);
    else put(el, name, value);
  }

  function setStyle(el, text) {
    drop(el, "style");
    for (const each of text ? text.split(";") : []) {
      const [, name, value] = STYLE.exec(each) || [];
      if (!name || name === "position") blocked("style", each);
      else el.style.setProperty(name, value);
    }
  }

  function bind(el, name, value) {
    if (name !== "type" && name !== "model" && !events.has(name)) return void blocked("event", name);
    const mine = bound.get(el) || {};
    if (value == null) delete mine[name];
    else mine[name] = String(value);
    bound.set(el, mine);
  }

  // What can be touched can be reached with the keyboard too.
  function tidyTouch(el, tag) {
    const mine = bound.get(el);
    if (!mine?.tap || matches(el, "button, input, select, textarea, summary, label, m-stepper")) return;
    el.tabIndex = 0;
    el.classList.add("touch");
    if (!has(el, "role") && /^(?:div|span|article|section|img|p|figure)$/.test(tag) && !all(el, "button, input, select, textarea, m-stepper").length) put(el, "role", "button");
  }

  // ---- fields -----------------------------------------------------------------------------------
  // What comes back for a field is usually an echo of what was typed a moment ago; by now the
  // person may have typed more.  Only what differs from everything sent is the program's own wish.
  function setValue(el, value) {
    const sent = typed.get(el);
    if (sent) {
      const at = sent.indexOf(value);
      if (at >= 0) { sent.splice(0, at + (at < sent.length - 1 ? 1 : 0)); return; }
      typed.delete(el);
    }
    if (el.value === value) return;
    // "1.50" and 1.5 are the same number: do not take away what is being typed.
    if (el.type === "number" && el.value !== "" && value !== "" && Number(el.value) === Number(value)) return;
    const focused = document.activeElement === el && typeof el.selectionStart === "number";
    const from = focused ? el.selectionStart : 0;
    el.value = value;
    if (focused) try { el.setSelectionRange(from, from); } catch { /* a number field has no caret */ }
  }

  function valueOf(el) {
    if (tagOf(el) === "m-stepper") return String(stepper.get(el).now);
    return el.type === "checkbox" ? el.checked : el.value;
  }

  function note(el) {
    const value = valueOf(el);
    if (typeof value === "string") typed.set(el, [...(typed.get(el) || []), value].slice(-20));
    const name = bound.get(el)?.model;
    if (name) models.set(name, value);
  }

  function makeStepper(el) {
    const state = { value: 1, min: 0, max: 999, step: 1, disabled: null, label: "", now: 1 };
    const less = document.createElement("button"), shown = document.createElement("output"), more = document.createElement("button");
    less.type = more.type = "button";
    less.textContent = "\u2212";
    more.textContent = "+";
    el.append(less, shown, more);
    put(el, "role", "group");
    state.show = () => {
      shown.textContent = String(state.now);
      less.disabled = state.disabled != null || state.now <= state.min;
      more.disabled = state.disabled != null || state.now >= state.max;
      put(el, "aria-label", state.label || "quantity");
      put(less, "aria-label", `${state.label} \u2212`.trim());
      put(more, "aria-label", `${state.label} +`.trim());
    };
    state.take = (name, value) => {
      if (!(name in state) || name === "now" || name === "take" || name === "show") return false;
      if (name === "label" || name === "disabled") state[name] = value ?? (name === "label" ? "" : null);
      else state[name] = Number.isFinite(Number(value)) ? Number(value) : state[name];
      if (name === "value") {
        const sent = typed.get(el), at = sent ? sent.indexOf(String(value)) : -1;
        if (at >= 0) sent.splice(0, at + (at < sent.length - 1 ? 1 : 0));
        else { typed.delete(el); state.now = state.value; }
      }
      state.show();
      return true;
    };
    state.go = (by) => {
      const next = Math.min(state.max, Math.max(state.min, state.now + by * state.step));
      if (next === state.now) return;
      state.now = next;
      state.show();
      note(el);
      if (bound.get(el)?.change) fire(el, "change");
      else modelsLater(0);
    };
    less.addEventListener("click", () => state.go(-1));
    more.addEventListener("click", () => state.go(1));
    stepper.set(el, state);
    state.show();
  }

  // ---- patches ----------------------------------------------------------------------------------
  const at = (path) => path.reduce((node, index) => kids(node)[index], root);

  function apply(ops) {
    const active = document.activeElement;
    const caret = active && typeof active.selectionStart === "number" ? [active.selectionStart, active.selectionEnd] : null;
    for (const op of ops) {
      const node = at(op[1]);
      if (!node) throw new Error("lost");
      count = 0;
      switch (op[0]) {
        case 0: node.data = op[2]; break;
        case 1: for (const name in op[2]) setAttr(node, name, op[2][name]); tidyTouch(node, tagOf(node)); break;
        case 2: { const before = kids(node)[op[2]] || null; for (const child of op.slice(3)) insert(node, make(child), before); break; }
        case 3: for (let left = op[3]; left > 0; left--) remove(node, kids(node)[op[2]]); break;
        case 4: { const moved = remove(node, kids(node)[op[2]]); insert(node, moved, kids(node)[op[3]] || null); break; }
        case 5: {
          const made = make(op[2]);
          if (node === root) { root = made; document.body.replaceChildren(root); } else node.replaceWith(made);
          break;
        }
        default: throw new Error("lost");
      }
    }
    if (active && active !== document.activeElement && active !== document.body && active.isConnected) {
      active.focus({ preventScroll: true });
      if (caret) try { active.setSelectionRange(caret[0], caret[1]); } catch { /* not a text field */ }
    }
  }

  function showPage(message) {
    if (page) scrolls.set(page, scrollY);
    const again = page === message.page;
    count = 0;
    models.clear();
    waiting.clear();
    root = make(message.tree);
    page = message.page;
    n = message.n;
    document.body.replaceChildren(root);
    scrollTo(0, again || message.back ? scrolls.get(page) || 0 : 0);
    pulls = message.pulls === true;
    document.documentElement.classList.toggle("pulls", pulls);
    endPull();
    say({ t: "shown", page, n });
  }

  function take(message) {
    if (message.t === "look") return void look(message);
    if (message.t === "page") return void showPage(message);
    if (message.page !== page) return;
    if (message.t === "patch" && message.n > n) {
      try {
        apply(message.ops);
        n = message.n;
        say({ t: "patched", page, n });
      } catch {
        say({ t: "lost", page });
      }
    }
    if (message.t === "done") settle(message.k);
    if (message.t === "scroll") scrollToId(message.id);
  }

  const byId = act(Document.prototype, "getElementById");
  function scrollToId(id) {
    const el = id ? byId(document, id) : root;
    if (!el || !contains(root, el)) return;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollTo({ top: id ? el.getBoundingClientRect().top + scrollY - 8 : 0, behavior: smooth ? "smooth" : "instant" });
  }

  function look({ lang, theme }) {
    document.documentElement.lang = lang;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }

  // ---- what the person does ---------------------------------------------------------------------
  let k = 0;
  function pathOf(el) {
    const path = [];
    for (let node = el; node !== root; node = parentOf(node)) path.unshift(Array.prototype.indexOf.call(kids(parentOf(node)), node));
    return path;
  }

  function data(el) {
    const found = {};
    for (const { name, value } of el.attributes) if (name.startsWith("data-")) found[name.slice(5).replaceAll("-", "_")] = value;
    return found;
  }

  function fire(el, type, more = {}) {
    const handler = bound.get(el)?.[type];
    if (!handler) return;
    // One tap, one event: until the answer is there, the same element does not fire again.
    const once = type === "tap" || type === "submit" || type === "longpress";
    if (once && [...waiting.values()].includes(el)) return;
    const number = ++k;
    if (once) {
      waiting.set(number, el);
      // A quick answer needs no sign, and a sign costs it a frame: what is drawn now makes the
      // answer wait for the next refresh of the screen.
      setTimeout(() => { if (waiting.get(number) === el) put(el, "aria-busy", "true"); }, BUSY_AFTER_MS);
    }
    clearTimeout(modelTimer);
    const message = { t: "event", k, page, n, type, handler, path: pathOf(el), dataset: data(el), value: null, fields: {}, models: Object.fromEntries(models), ...more };
    if (matches(el, FIELDS)) message.value = valueOf(el);
    models.clear();
    say(message);
  }

  function settle(number) {
    if (number === "pull") return void endPull();
    const el = waiting.get(number);
    waiting.delete(number);
    if (el) drop(el, "aria-busy");
  }

  function modelsLater(ms) {
    clearTimeout(modelTimer);
    modelTimer = setTimeout(() => {
      if (!models.size) return;
      say({ t: "event", k: ++k, page, n, type: "model", handler: "", path: [], dataset: {}, value: null, fields: {}, models: Object.fromEntries(models) });
      models.clear();
    }, ms);
  }

  function* upwards(target) {
    for (let node = target; node && node !== document && root && contains(root, node); node = parentOf(node)) if (node instanceof Element) yield node;
  }
  const nearest = (target, name) => { for (const el of upwards(target)) if (bound.get(el)?.[name]) return el; return null; };
  const formOf = (target) => { for (const el of upwards(target)) if (tagOf(el) === "form") return el; return null; };

  function submit(form) {
    if (!form || !bound.get(form)?.submit) return;
    const fields = {};
    for (const field of all(form, "input, textarea, select")) {
      const name = read(field, "name");
      if (!name || ((field.type === "checkbox" || field.type === "radio") && !field.checked)) continue;
      fields[name.slice(0, 64)] = String(field.value).slice(0, 4000);
    }
    fire(form, "submit", { fields });
  }

  addEventListener("click", (event) => {
    for (const el of upwards(event.target)) {
      if (has(el, "disabled") || tagOf(el) === "m-stepper") return;
      const mine = bound.get(el);
      if (mine?.tap) {
        event.preventDefault();
        return void fire(el, "tap");
      }
      if (mine?.type === "submit") return void submit(formOf(el));
    }
  });
  addEventListener("submit", (event) => event.preventDefault(), true);
  addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && matches(event.target, "input") && formOf(event.target)) {
      event.preventDefault();
      submit(formOf(event.target));
    } else if ((event.key === "Enter" || event.key === " ") && matches(event.target, ".touch")) {
      event.preventDefault();
      fire(event.target, "tap");
    }
  });
  addEventListener("input", (event) => {
    const el = event.target;
    if (!matches(el, FIELDS)) return;
    note(el);
    if (bound.get(el)?.input) {
      clearTimeout(timers.get(el));
      timers.set(el, setTimeout(() => fire(el, "input"), INPUT_WAIT_MS));
    } else if (bound.get(el)?.model) modelsLater(matches(el, "select, [type=checkbox], [type=radio]") ? 0 : MODEL_WAIT_MS);
  });
  addEventListener("change", (event) => {
    const el = event.target;
    if (!matches(el, FIELDS)) return;
    if (bound.get(el)?.input) { clearTimeout(timers.get(el)); fire(el, "input"); }
    if (bound.get(el)?.change) { note(el); fire(el, "change"); }
  });
  let press = 0;
  addEventListener("pointerdown", (event) => {
    const el = nearest(event.target, "longpress");
    if (el) press = setTimeout(() => fire(el, "longpress"), LONGPRESS_MS);
  });
  for (const name of ["pointerup", "pointercancel", "pointermove"]) addEventListener(name, () => clearTimeout(press));
  addEventListener("contextmenu", (event) => { if (nearest(event.target, "longpress")) event.preventDefault(); });
  addEventListener("error", (event) => { if (event.target instanceof HTMLImageElement) drop(event.target, "src"); }, true);
  let ended = 0;
  addEventListener("scroll", () => {
    if (page && scrollY + innerHeight > document.documentElement.scrollHeight - 240 && ended !== n) {
      ended = n;
      say({ t: "bottom", page });
    }
  }, { passive: true });

  // ---- pulling down -----------------------------------------------------------------------------
  // The sign stands beside <body>, so no page can touch it; it goes when the handler has ended.
  const PULL_PX = 72, PULL_SHOWN_PX = 96;
  const sign = document.createElement("div");
  sign.className = "pull-sign";
  sign.hidden = true;
  put(sign, "aria-hidden", "true");
  document.documentElement.append(sign);
  let pulls = false, pulledFrom = null, pulledBy = 0, pulling = false;

  function showPull(px) {
    sign.hidden = px <= 0;
    sign.style.setProperty("--pull", `${Math.min(px, PULL_SHOWN_PX)}px`);
    sign.style.setProperty("--turn", `${Math.round(px * 3)}deg`);
    sign.classList.toggle("ready", px >= PULL_PX);
  }

  function endPull() {
    pulling = false;
    pulledFrom = null;
    sign.classList.remove("busy");
    showPull(0);
  }

  addEventListener("touchstart", (event) => {
    pulledBy = 0;
    pulledFrom = pulls && !pulling && scrollY <= 0 && event.touches.length === 1 ? event.touches[0].clientY : null;
  }, { passive: true });
  addEventListener("touchmove", (event) => {
    if (pulledFrom === null) return;
    pulledBy = scrollY > 0 ? 0 : event.touches[0].clientY - pulledFrom;
    showPull(pulledBy);
  }, { passive: true });
  addEventListener("touchend", () => {
    if (pulledFrom === null) return;
    pulledFrom = null;
    if (pulledBy < PULL_PX) return void showPull(0);
    pulling = true;
    showPull(PULL_PX);
    sign.classList.add("busy");
    say({ t: "pull", page });
  });
  addEventListener("touchcancel", () => { if (pulledFrom !== null) endPull(); });

  // The shell hands over one end of a channel, once.
  addEventListener("message", (event) => {
    if (event.source !== parent || port || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = (message) => take(message.data);
    say({ t: "ready" });
  });
})();
