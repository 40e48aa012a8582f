// Light, dark or as the device says: kept in a cookie, so that the next page is drawn right at once.
const CHOICES = ["auto", "light", "dark"];

export function setTheme(choice) {
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  const age = choice === "auto" ? 0 : 31_536_000;
  document.cookie = `hutong_theme=${choice}; Path=/; Max-Age=${age}; SameSite=Lax`;
  mark();
}

function mark() {
  for (const row of document.querySelectorAll("[data-theme-row]")) row.hidden = false;
  const now = document.documentElement.dataset.theme || "auto";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
  }
}

document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
  if (CHOICES.includes(choice)) setTheme(choice);
});
document.addEventListener("fragment", mark);
mark();
