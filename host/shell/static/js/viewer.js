// Pictures of a mini-program, as large as the screen, drawn by the host above the frame: swipe or
// arrow keys between them; Esc, ✕ and "back" close it.
let viewer = null;

/** Show `pictures` ({url, alt}), beginning with number `current`. */
export function showPictures(pictures, current, words) {
  viewer?.remove();
  viewer = document.createElement("dialog");
  viewer.className = "viewer";
  viewer.setAttribute("aria-label", words.viewer);
  const strip = document.createElement("div");
  strip.className = "viewer-strip";
  strip.tabIndex = 0;
  strip.append(...pictures.map(slide));
  const place = document.createElement("p");
  place.className = "viewer-place";
  viewer.append(strip, place, button("viewer-close", "✕", words.viewerClose, close));
  if (pictures.length > 1) {
    viewer.append(button("viewer-back", "‹", words.viewerBack, () => step(strip, -1)));
    viewer.append(button("viewer-next", "›", words.viewerNext, () => step(strip, 1)));
  }
  const say = () => { place.textContent = pictures.length > 1 ? `${at(strip) + 1} / ${pictures.length}` : ""; };
  strip.addEventListener("scroll", say);
  viewer.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      event.preventDefault();
      step(strip, event.key === "ArrowRight" ? 1 : -1);
    }
  });
  document.body.append(viewer);
  history.pushState({ ...history.state, viewer: true }, "");
  viewer.showModal();
  strip.scrollTo({ left: current * strip.clientWidth, behavior: "instant" });
  say();
}

function slide({ url, alt }) {
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  image.src = url;
  image.alt = alt;
  figure.append(image);
  if (alt) {
    const line = document.createElement("figcaption");
    line.textContent = alt;
    line.dir = "auto";
    // Said once: the picture's own text is what screen readers read.
    line.setAttribute("aria-hidden", "true");
    figure.append(line);
  }
  return figure;
}

function button(className, sign, label, act) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: `btn-icon ${className}`, textContent: sign });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

const at = (strip) => Math.round(strip.scrollLeft / strip.clientWidth);

function step(strip, by) {
  strip.scrollTo({ left: (at(strip) + by) * strip.clientWidth });
}

function close() {
  if (history.state?.viewer) history.back();
  else shut();
}

function shut() {
  viewer?.remove();
  viewer = null;
}
addEventListener("popstate", shut);
