/* Of the filter bar: ask for days only where the period is one from … to …; and show, in rows that scroll, what is chosen. */
"use strict";
(() => {
  for (const chosen of document.querySelectorAll(":is(.reports-menu, .reports-presets) [aria-current]")) {
    const row = chosen.closest("nav, ul");
    row.scrollLeft = chosen.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }

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
