// Scanning a code in the host's sheet.  Where the browser reads codes itself, it does so while the
// camera runs; elsewhere a tap sends one picture to the host, which reads it.
import { toast } from "./fetch.js";

const LOOK_EVERY_MS = 250;
let stream = null;

export function arrangeScan(root) {
  for (const form of root.querySelectorAll("[data-scan]:not([data-ready])")) {
    form.dataset.ready = "1";
    form.querySelector("[data-scan-start]").hidden = !navigator.mediaDevices?.getUserMedia;
    // With script, choosing a picture is enough.
    form.querySelector("[data-scan-send]").hidden = true;
    form.elements.pictures.addEventListener("change", () => form.requestSubmit(form.querySelector("[data-scan-send]")));
  }
}

async function start(form) {
  const view = form.querySelector("[data-scan-view]");
  const video = view.querySelector("video");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
    video.srcObject = stream;
    await video.play();
  } catch {
    stop();
    return void toast(form.dataset.noCamera);
  }
  if (!form.isConnected) return void stop();
  view.hidden = false;
  form.querySelector("[data-scan-start]").hidden = true;
  const detector = await makeDetector();
  if (detector) watch(form, video, detector);
  else form.querySelector("[data-scan-snap]").hidden = false;
}

async function makeDetector() {
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.length ? new BarcodeDetector({ formats }) : null;
  } catch {
    return null;
  }
}

async function watch(form, video, detector) {
  while (stream && form.isConnected) {
    const [code] = await detector.detect(video).catch(() => []);
    if (code?.rawValue) {
      stop();
      const found = document.querySelector("[data-scan-found]");
      found.elements.code.value = code.rawValue;
      found.elements.format.value = code.format;
      return void found.requestSubmit(found.querySelector('[value="give"]'));
    }
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY_MS); });
  }
}

async function snap(form) {
  const video = form.querySelector("video");
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d").drawImage(video, 0, 0);
  const made = await canvas.convertToBlob({ type: "image/webp", quality: 0.9 });
  const list = new DataTransfer();
  list.items.add(new File([made], "code.webp", { type: made.type }));
  form.elements.pictures.files = list.files;
  form.requestSubmit(form.querySelector("[data-scan-send]"));
}

function stop() {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-scan-start], [data-scan-snap]");
  if (button) (button.dataset.scanStart === undefined ? snap : start)(button.form);
});
// What the person typed is no longer what the camera read.
document.addEventListener("input", (event) => {
  const found = event.target.form;
  if (found?.dataset.scanFound !== undefined) found.elements.format.value = "";
});
document.addEventListener("sheet:closed", stop);
addEventListener("pagehide", stop);
