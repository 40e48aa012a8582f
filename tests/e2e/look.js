// What is wrong with the page that is open, as sentences.  Runs inside the page.
(() => {
  const wrong = [];
  const shown = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: false })
    && !node.closest("[hidden], .sr, .skip, dialog:not([open]), noscript");
  const called = (node) => `<${node.tagName.toLowerCase()}${node.className?.baseVal === undefined && node.className ? ` class="${node.className}"` : ""}> ${(node.textContent || node.name || node.getAttribute("href") || "").trim().slice(0, 40)}`;
  const text = (node) => node ? [...node.childNodes].map((child) => child.nodeType === 3 ? child.nodeValue
    : child.nodeType !== 1 || child.getAttribute("aria-hidden") === "true" ? "" : child.getAttribute("aria-label") || child.alt || text(child)).join("").trim() : "";
  const name = (node) => node.getAttribute("aria-label")?.trim()
    || (node.getAttribute("aria-labelledby") || "").split(" ").map((id) => text(document.getElementById(id))).join("").trim()
    || [...(node.labels || [])].map(text).join("").trim() || text(node) || node.title?.trim();

  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) {
    const widest = [...document.querySelectorAll("body *")].filter((node) => shown(node) && node.getBoundingClientRect().right > innerWidth + 1)[0];
    wrong.push(`scrolls sideways: ${width} of ${innerWidth}: ${widest ? called(widest) : ""}`);
  }
  const heads = [...document.querySelectorAll("h1")].filter((node) => node.checkVisibility() && !node.closest("dialog:not([open])"));
  if (heads.length !== 1) wrong.push(`${heads.length} h1: ${heads.map(called).join(", ")}`);
  let level = 0;
  for (const head of document.querySelectorAll("main :is(h1, h2, h3, h4), header.bar :is(h1, h2)")) {
    if (!shown(head)) continue;
    const own = Number(head.tagName[1]);
    if (level && own > level + 1) wrong.push(`h${own} after h${level}: ${called(head)}`);
    level = own;
  }
  for (const img of document.images) if (!img.hasAttribute("alt")) wrong.push(`no alt: ${img.src}`);
  for (const img of document.images) if (shown(img) && img.complete && img.naturalWidth === 0 && img.loading !== "lazy") wrong.push(`broken: ${img.src}`);
  for (const node of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (node.checkVisibility() && node.ariaHidden !== "true" && !name(node)) wrong.push(`no label: ${called(node)}`);
  }
  for (const node of document.querySelectorAll("button, a[href], summary, [role=button]")) {
    if (node.checkVisibility() && !name(node)) wrong.push(`no name: ${called(node)}`);
  }
  if (innerWidth < 900) for (const node of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden], .sr)")) {
    if (!shown(node) || node.disabled) continue;
    // Links in running text and in tables are exempt, as in WCAG 2.2 (2.5.5).
    if (node.matches("p a, dd a, td a, th a, .row-main a, .hint a, .file-list a, .bubble a")) continue;
    const target = node.closest("label") || node;
    const box = target.getBoundingClientRect();
    const reach = [target, ...target.children].flatMap((one) => ["::before", "::after"].map((part) => {
      const style = getComputedStyle(one, part);
      return style.content !== "none" && style.position === "absolute" ? [parseFloat(style.inlineSize), parseFloat(style.blockSize)] : [0, 0];
    }));
    const wide = Math.max(box.width, ...reach.map(([inline]) => inline || 0)), high = Math.max(box.height, ...reach.map(([, block]) => block || 0));
    if (box.width && (wide < 43.5 || high < 43.5)) wrong.push(`small target ${Math.round(wide)}x${Math.round(high)}: ${called(node)}`);
  }
  // Contrast: the text's colour over what is painted behind it; pictures are left out.
  const rgba = (colour) => {
    const [r = 0, g = 0, b = 0, a = 1] = (colour.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
    return colour.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = (top, under) => [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3])).concat(1);
  const light = (colour) => colour.slice(0, 3).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.backgroundImage !== "none" || style.opacity !== "1") return null;
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.nodeValue.trim()) || !shown(node)) continue;
    if (node.closest("svg, [aria-hidden=true], [aria-disabled=true], :disabled")) continue;
    const ground = behind(node);
    if (!ground) continue;
    const [one, two] = [light(over(rgba(getComputedStyle(node).color), ground)), light(ground)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) wrong.push(`contrast ${ratio.toFixed(2)}: ${called(node)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) wrong.push(`id twice: ${id}`);
  return wrong;
})()
