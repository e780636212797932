// Which tickets to cancel: what comes back is said while they are ticked. Without this, the server says it.

const form = document.getElementById("cancel");

if (form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox][name=ticket]")];
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
  const button = form.querySelector("button");

  function show() {
    const ticked = boxes.filter((box) => box.checked);
    const cents = [form.dataset.beyond, ...ticked.map((box) => box.dataset.worth)].reduce((sum, amount) => sum + Math.round(amount * 100), 0);
    for (const place of form.querySelectorAll("[data-refund]")) place.textContent = money.format(Math.max(cents, 0) / 100);
    form.querySelector("[data-count]").textContent = `${ticked.length} ticket${ticked.length === 1 ? "" : "s"}`;
    form.elements.shown.value = ticked.map((box) => box.value).join(" ");
    button.setAttribute("aria-disabled", ticked.length ? "false" : "true");
  }

  if (boxes.length) {
    form.addEventListener("input", show);
    window.addEventListener("pageshow", show); // the browser may have ticked boxes again
  }
}
