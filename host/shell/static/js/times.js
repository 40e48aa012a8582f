// Times in the reader's own zone: the host writes UTC, the browser knows better.
const lang = document.documentElement.lang;
const DAY_MS = 86_400_000;
const forms = {
  clock: new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  weekday: new Intl.DateTimeFormat(lang, { weekday: "short" }),
  day: new Intl.DateTimeFormat(lang, { day: "numeric", month: "short" }),
  date: new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", year: "numeric" }),
  long: new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" }),
};

export function say(atMs, style = "") {
  const at = new Date(atMs);
  if (style === "long") return forms.long.format(at);
  if (style === "clock") return forms.clock.format(at);
  const today = new Date().setHours(0, 0, 0, 0);
  if (atMs >= today && atMs < today + DAY_MS) return forms.clock.format(at);
  if (atMs < today && atMs >= today - 6 * DAY_MS) return forms.weekday.format(at);
  return (at.getFullYear() === new Date().getFullYear() ? forms.day : forms.date).format(at);
}

function localise() {
  for (const time of document.querySelectorAll("time[data-at]:not([datetime])")) {
    const atMs = Number(time.dataset.at);
    time.dateTime = new Date(atMs).toISOString();
    time.title = forms.long.format(new Date(atMs));
    time.textContent = say(atMs, time.dataset.style);
  }
}
document.addEventListener("fragment", localise);
localise();
