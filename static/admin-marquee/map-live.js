/*
 * Keeps an open map of an event fresh: asks every few seconds for a word that stands for what is shown, and when it has become
 * another one, fetches the page again and takes its living parts over. What has been chosen and typed stays.
 *
 * Others learn of it by the event "map:fresh", whose detail is the new document.
 */
(() => {
  "use strict";

  const page = document.querySelector("[data-state-url]");
  if (!page) return;
  const PAUSE = 5000;
  let known = null;

  async function look() {
    if (document.hidden) return;
    const answer = await fetch(page.dataset.stateUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { state } = await answer.json();
    if (known !== null && state !== known) await refresh();
    known = state;
  }

  async function refresh() {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of page.querySelectorAll("[data-live]")) {
      const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (other) replace(part, other);
    }
    document.dispatchEvent(new CustomEvent("map:fresh", { detail: fresh }));
  }

  function replace(part, other) {
    const inside = part.contains(document.activeElement) ? document.activeElement : null;
    const opened = [...part.querySelectorAll("details")].map((each) => each.open);
    const made = document.importNode(other, true);
    made.querySelectorAll("details").forEach((each, index) => {
      each.open = opened[index] ?? each.open;
    });
    part.replaceWith(made);
    if (inside?.value) made.querySelector(`input[value="${CSS.escape(inside.value)}"]`)?.focus({ preventScroll: true });
  }

  // The network may be away for a while; the next look will tell.
  setInterval(() => look().catch(() => {}), PAUSE);
  look().catch(() => {});
})();
