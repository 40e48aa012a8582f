// Draws a poster into its canvas, for the person to save: the browser has letters for every language.
const PAPER = "#f6f4f0", INK = "#1d1b18", QUIET = "#5e5850", LINE = "#dcd6cc", WIDE = 720, HIGH = 1100, EDGE = 48, CODE_MAX = 264, CODE_SCALE = 8;
const FONT = 'system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
let shown = "";

document.addEventListener("fragment", ({ detail }) => {
  const canvas = detail.target.querySelector("#poster");
  if (canvas) draw(canvas);
});

async function draw(canvas) {
  const { title, words, shop, brand, image, qr, invite } = canvas.dataset;
  const pen = canvas.getContext("2d");
  pen.fillStyle = PAPER;
  pen.fillRect(0, 0, WIDE, HIGH);
  const [cover, code] = await Promise.all([load(image), load(qr)]);
  if (cover) fill(pen, cover, 0, 0, WIDE, 450);
  let y = write(pen, title, { y: cover ? 530 : 140, size: 44, weight: 600, lines: 3, colour: INK });
  if (words) y = write(pen, words, { y: y + 8, size: 28, weight: 400, lines: 3, colour: QUIET });
  pen.fillStyle = LINE;
  pen.fillRect(EDGE, 784, WIDE - 2 * EDGE, 2);
  let side = 0;
  if (code) {
    // Each dot of the code a whole number of the poster's, or scanners stumble.
    const dots = code.naturalWidth / CODE_SCALE;
    side = dots * Math.max(2, Math.floor(CODE_MAX / dots));
    pen.imageSmoothingEnabled = false;
    pen.drawImage(code, EDGE, 808, side, side);
  }
  const left = EDGE + side + 24;
  const right = { x: left, wide: WIDE - EDGE - left, weight: 600, lines: 2, colour: INK };
  y = write(pen, shop, { ...right, y: 858, size: 32 });
  y = write(pen, brand, { ...right, y, size: 24, weight: 400, lines: 1, colour: QUIET });
  write(pen, invite, { ...right, y, size: 24, weight: 400, lines: 1, colour: QUIET });
  canvas.toBlob((picture) => {
    const save = document.getElementById("poster-save");
    if (!picture || !save) return;
    if (shown) URL.revokeObjectURL(shown);
    save.href = shown = URL.createObjectURL(picture);
    save.hidden = false;
  }, "image/png");
}

function load(url) {
  return new Promise((done) => {
    if (!url) return void done(null);
    const picture = new Image();
    picture.onload = () => done(picture);
    picture.onerror = () => done(null);
    picture.src = url;
  });
}

// The middle of a picture, as large as the place.
function fill(pen, picture, x, y, wide, high) {
  const scale = Math.max(wide / picture.naturalWidth, high / picture.naturalHeight);
  const [w, h] = [wide / scale, high / scale];
  pen.drawImage(picture, (picture.naturalWidth - w) / 2, (picture.naturalHeight - h) / 2, w, h, x, y, wide, high);
}

// Breaks where the language does, writes at most `lines` of them, and returns where the next begins.
function write(pen, text, { x = EDGE, y, wide = WIDE - 2 * EDGE, size, weight, lines, colour }) {
  pen.font = `${weight} ${size}px ${FONT}`;
  pen.fillStyle = colour;
  const parts = [...new Intl.Segmenter(document.documentElement.lang, { granularity: "word" }).segment(text)].map((each) => each.segment);
  const rows = [""];
  for (const part of parts) {
    const row = rows[rows.length - 1];
    if (row && pen.measureText(row + part).width > wide) rows.push(part.trimStart());
    else rows[rows.length - 1] = row + part;
  }
  const kept = rows.slice(0, lines);
  if (rows.length > lines) kept[lines - 1] = `${kept[lines - 1].trimEnd()}…`;
  for (const row of kept) { pen.fillText(row, x, y, wide); y += size * 1.35; }
  return y;
}
