// Names for what Django's admin leaves unnamed to those who cannot see it: the boxes that Select2 draws over
// autocompletes, and the first column of tables of rows.
"use strict";
{
  const PARTS = "[role=combobox], [role=textbox], [role=searchbox]";

  const nameBox = (box) => {
    const select = box.previousElementSibling;
    const label = select && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    if (!label) return;
    const text = label.textContent.trim().replace(/:$/, "");
    for (const part of box.querySelectorAll(PARTS)) part.setAttribute("aria-label", text);
  };

  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.classList?.contains("select2-container")) nameBox(node);
      }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("DOMContentLoaded", () => {
    for (const cell of document.querySelectorAll("th.original")) {
      const text = document.createElement("span");
      text.className = "visually-hidden";
      text.textContent = "Row";
      cell.append(text);
    }
  });
}
