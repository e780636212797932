// What all pages of the counter share: keys that press what they stand beside, and printing.
//
// A key is a character alone, so it can be switched off, and typing into a text field is never taken for one.
"use strict";
{
  document.documentElement.classList.add("js");

  const SWITCH = "counter-keys";
  const isOn = () => localStorage.getItem(SWITCH) !== "off";
  const isText = (target) =>
    target.matches("textarea, select, input:not([type=radio], [type=checkbox], [data-quantity], [data-party], [data-sum])");

  function press(target) {
    if (target.matches("input[type=radio]")) {
      target.focus();
      target.click();
      return;
    }
    if (target.matches("summary")) {
      const details = target.parentElement;
      details.open = true;
      details.querySelector("input")?.focus();
      return;
    } else if (target.matches("a, button")) target.click();
    target.focus();
    target.select?.();
  }

  const isPlain = (event) => !event.ctrlKey && !event.altKey && !event.metaKey && !event.defaultPrevented && !event.isComposing;

  document.addEventListener("keydown", (event) => {
    if (!isPlain(event) || event.key.length > 1 || isText(event.target) || !isOn()) return;
    const target = document.querySelector(`[data-key~="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target || target.closest("[hidden]")) return;
    event.preventDefault();
    press(target);
  });

  for (const box of document.querySelectorAll("[data-keys-on]")) {
    box.checked = isOn();
    box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
  }

  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
  if (document.querySelector("[data-print-at-once]")) window.addEventListener("load", () => window.print());

  document.querySelector(".is-wrong input:not([type=hidden])")?.focus();
  window.counter = { isOn, isText, isPlain };
}
