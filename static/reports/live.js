/*
 * Keep the dashboard up to date: ask for it again and again, as long as somebody can see it.
 *
 * The page sends the stamp that it has; where nothing has changed, the answer is 304 and the page stays untouched.
 */
"use strict";
(() => {
  const board = () => document.getElementById("board");
  let isOpen = false; // whether the table of the chart is

  function look() {
    if (!document.hidden && board()) htmx.trigger(board(), "look");
  }

  document.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (target === board()) detail.headers["If-None-Match"] = `"${board().dataset.stamp}"`;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 304) detail.shouldSwap = false;
    isOpen = document.getElementById("trend-table")?.open ?? false;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const table = document.getElementById("trend-table");
    if (table) table.open = isOpen;
  });
  document.addEventListener("visibilitychange", look);
  if (board()) setInterval(look, Number(board().dataset.seconds) * 1000);
})();
