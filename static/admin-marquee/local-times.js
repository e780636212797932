// Times on these pages are on the venue's clock, so Django's note that the server keeps another time would mislead.
// Without the server's offset, "Now" and "Today" follow the clock of this computer.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  delete document.body.dataset.adminUtcOffset;
});
