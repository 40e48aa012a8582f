// Where the person is: the browser is asked when they press what gives it, and no sooner.
import { complain } from "./forms.js";

const WAIT_MS = 15_000;

export function arrangeLocation(root) {
  // Allowed before: the sheet still shows who asks, and can be closed while the device looks.
  for (const button of root.querySelectorAll("[data-locate] [data-at-once]:not([data-ready])")) {
    button.dataset.ready = "1";
    button.form.requestSubmit(button);
  }
}

// Before the sheet sends the form: it has no place in it yet.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.locate === undefined || event.submitter?.value === "no") return;
  if (form.elements.latitude.value) return;
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.looking) return;
  form.dataset.looking = "1";
  form.querySelector("[data-locating]").hidden = false;
  const isExact = form.elements.accuracy?.value === "exact";
  const options = { enableHighAccuracy: isExact, timeout: WAIT_MS, maximumAge: 60_000 };
  if (!navigator.geolocation) return void failed(form, form.dataset.denied);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => found(form, event.submitter, coords),
    (error) => failed(form, error.code === error.PERMISSION_DENIED ? form.dataset.denied : form.dataset.failed),
    options,
  );
}, true);

function found(form, submitter, coords) {
  // The sheet was closed meanwhile: that was a no.
  if (!form.isConnected) return;
  for (const [name, value] of [["latitude", coords.latitude], ["longitude", coords.longitude], ["accuracy_m", coords.accuracy]]) {
    form.elements[name].value = value.toFixed(7);
  }
  done(form);
  form.requestSubmit(submitter);
}

function failed(form, message) {
  done(form);
  complain(form, { message });
}

function done(form) {
  delete form.dataset.looking;
  form.querySelector("[data-locating]").hidden = true;
}

// A place that was refused by the host is looked for anew.
document.addEventListener("form:refused", ({ detail: { form } }) => {
  if (form.dataset.locate !== undefined) form.elements.latitude.value = "";
});
