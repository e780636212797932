// "/" leads to the search field, wherever one is and as long as nobody is typing something else.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]")) return;
  const field = document.querySelector("#find");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
