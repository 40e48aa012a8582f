// Seconds that run out: an offer that is over can no longer be taken.  The host judges; this only tells.
const chip = document.querySelector("[data-countdown]");

function tick(until) {
  const left = Math.ceil((until - performance.now()) / 1000);
  const text = chip.querySelector("span");
  if (left > 0) {
    text.textContent = text.textContent.replace(/\d+/, left);
    setTimeout(tick, 250, until);
    return;
  }
  text.textContent = chip.dataset.over;
  document.querySelector("[data-while-open]")?.remove();
}

if (chip && Number(chip.dataset.countdown) > 0) tick(performance.now() + Number(chip.dataset.countdown) * 1000);
