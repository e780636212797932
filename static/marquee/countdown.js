// The time that a hold has left. The server says how many seconds; only their passing is measured here, so that a
// wrong clock does no harm. A screen reader hears of it at 5, 2 and 1 minutes, and at the end.

const URGENT = 120;
const ANNOUNCED = [300, 120, 60];

function written(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function start(clock) {
  const began = performance.now();
  const total = Number(clock.dataset.seconds);
  const time = clock.querySelector("[data-clock]");
  const bar = clock.querySelector("progress");
  const said = clock.querySelector("[data-clock-said]");
  const due = ANNOUNCED.filter((seconds) => seconds < total);
  if (!total) return;

  const timer = setInterval(() => {
    if (!clock.isConnected) return clearInterval(timer); // replaced by htmx
    const left = Math.max(0, Math.ceil(total - (performance.now() - began) / 1000));
    time.textContent = written(left);
    bar.value = left;
    clock.classList.toggle("is-urgent", left <= URGENT);
    while (due.length && left <= due[0]) {
      const minutes = due.shift() / 60;
      if (!due.length || left > due[0]) said.textContent = `${minutes} minute${minutes > 1 ? "s" : ""} left to finish your booking.`;
    }
    if (left) return;
    clearInterval(timer);
    for (const part of clock.querySelectorAll(".countdown-running")) part.hidden = true;
    for (const part of clock.querySelectorAll(".countdown-over")) part.hidden = false;
    said.textContent = "Your time has run out. Continue, and we try to get the same places back.";
  }, 1000);
}

for (const clock of document.querySelectorAll(".countdown")) start(clock);
document.addEventListener("htmx:load", (event) => {
  if (event.target.matches?.(".countdown")) start(event.target);
});

// A page that comes back from the browser's memory shows a time that has passed.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
