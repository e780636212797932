// What every page shares. Each page works without it.

document.documentElement.classList.add("js");

// The phone's menu closes as people expect: by Escape, and by a tap beside it.
const menu = document.querySelector(".site-menu");
if (menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}
