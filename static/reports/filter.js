/* Of the filter bar: ask for days only where the period is one from … to …. Without this, all fields are there. */
"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const { period, since, until } = form.elements;

  function settle() {
    const isCustom = period.value === "custom";
    for (const day of [since, until]) {
      day.closest(".reports-field").hidden = !isCustom;
      if (!isCustom) day.value = "";
    }
  }

  period.addEventListener("change", () => {
    settle();
    if (period.value === "custom") since.focus();
  });
  settle();
})();
