/* The answer: fills the screen in its colour, sounds and shakes, and goes away by a tap or with the next scan. */
"use strict";

const GOOD_STAYS = 2200; // milliseconds, while the camera goes on

class AnswerScreen {
  constructor({ onNext, onUndo, onAnyway }) {
    this.dialog = Door.byId("answer");
    this.icon = this.dialog.querySelector("use");
    this.shown = null;
    Door.byId("next").addEventListener("click", (event) => { event.preventDefault(); this.close(); });
    for (const [id, act] of [["undo", onUndo], ["anyway", onAnyway]]) {
      Door.byId(id).addEventListener("submit", (event) => { event.preventDefault(); act(this.shown); });
    }
    this.dialog.addEventListener("close", onNext);
    if (this.dialog.open) {
      // The server has shown this one: from here on, it behaves like ours.
      this.dialog.close();
      this.dialog.showModal();
    }
  }

  get isOpen() { return this.dialog.open; }

  show(answer, { isFleeting = false } = {}) {
    clearTimeout(this.timer);
    this.shown = answer;
    this.dialog.className = `answer tone-${answer.tone}`;
    this.icon.setAttribute("href", `${Door.config.files.icons}#${answer.icon}`);
    for (const slot of this.dialog.querySelectorAll("[data-slot]")) slot.textContent = answer[slot.dataset.slot] ?? "";
    Door.byId("undo").hidden = answer.result !== "admitted" || !answer.ticket;
    Door.byId("anyway").hidden = answer.result !== "not_yet" || !answer.ticket;
    if (!this.dialog.open) this.dialog.showModal();
    Door.byId("next").focus();
    Door.signals.give(answer.tone);
    if (isFleeting && answer.tone === "good" && !answer.note) this.timer = setTimeout(() => this.close(), GOOD_STAYS);
  }

  close() {
    clearTimeout(this.timer);
    if (this.dialog.open) this.dialog.close();
  }
}
