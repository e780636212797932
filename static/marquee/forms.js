// Forms that are sent once, and fields that can be filled in at a click. Every form works without this.

// A second click while the first one is on its way does nothing. The button stays enabled: a disabled one would not be sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-busy]")) return;
  if (form.dataset.busy === "sent") {
    event.preventDefault();
    return;
  }
  form.dataset.busy = "sent";
  if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
});

// Back to this page from the next one: the form can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll('[data-busy="sent"]')) {
    form.dataset.busy = "";
    for (const button of form.querySelectorAll('button[aria-disabled="true"]')) button.removeAttribute("aria-disabled");
  }
});

// <button data-fill="field=value|…" data-fill-form="id">
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  const form = document.getElementById(button.dataset.fillForm);
  for (const pair of button.dataset.fill.split("|")) {
    const [name, value] = pair.split("=");
    form.elements[name].value = value;
  }
  form.elements[button.dataset.fill.split("=")[0]].focus();
});
