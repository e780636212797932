// The picker, live: − and + at quantities, what is chosen and what it costs. The server judges, here nothing is refused.

const picker = document.getElementById("picker");

if (picker) {
  const limit = Number(picker.dataset.limit);
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: picker.dataset.currency });
  const nothing = picker.querySelector("[data-choice]").innerHTML;
  const isWide = matchMedia("(min-width: 60rem)");
  let announcing;

  const quantities = [...picker.querySelectorAll("input[data-price][type=number]")];

  // What is chosen: [words, how many, price of all].
  function chosen() {
    const counted = quantities
      .map((input) => [input, Math.max(0, parseInt(input.value, 10) || 0)])
      .filter(([, count]) => count)
      .map(([input, count]) => [`${count} × ${input.dataset.name}`, count, count * input.dataset.price]);
    const seats = [...picker.querySelectorAll("input[name=place]:checked")].map((box) => [box.dataset.name, 1, Number(box.dataset.price)]);
    return [...counted, ...seats];
  }

  function show({ speak }) {
    const lines = chosen();
    const count = lines.reduce((sum, line) => sum + line[1], 0);
    const price = money.format(lines.reduce((sum, line) => sum + line[2], 0));
    const words = count > limit ? `${count} tickets: at most ${limit} at a time` : `${count} ticket${count === 1 ? "" : "s"}`;
    const list = picker.querySelector("[data-choice]");
    if (count) {
      list.replaceChildren(
        ...lines.map(([name, , cost]) => {
          const item = document.createElement("li");
          const [left, right] = [document.createElement("span"), document.createElement("span")];
          left.textContent = name;
          right.textContent = cost ? money.format(cost) : "Free";
          right.className = "num";
          item.append(left, right);
          return item;
        }),
      );
    } else {
      list.innerHTML = nothing;
    }
    for (const place of picker.querySelectorAll("[data-count]")) {
      place.textContent = count || place.closest(".choice") ? words : `Up to ${limit} tickets`;
      place.classList.toggle("is-over", count > limit);
    }
    for (const place of picker.querySelectorAll("[data-total]")) place.textContent = count ? price : "";
    picker.querySelector("[data-choice-panel]").classList.toggle("is-empty", !count);
    for (const input of quantities) {
      const value = parseInt(input.value, 10) || 0;
      const [less, more] = input.parentElement.querySelectorAll("button");
      less.disabled = value <= 0;
      more.disabled = value >= Number(input.max);
    }
    if (!speak) return;
    clearTimeout(announcing);
    announcing = setTimeout(() => {
      picker.querySelector("[data-said]").textContent = count ? `${words}, ${price}` : "Nothing chosen";
    }, 700);
  }

  picker.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const input = button.parentElement.querySelector("input");
    const value = (parseInt(input.value, 10) || 0) + Number(button.dataset.step);
    input.value = Math.min(Math.max(value, 0), Number(input.max));
    show({ speak: true });
  });
  picker.addEventListener("input", () => show({ speak: true }));
  window.addEventListener("pageshow", () => show({ speak: false })); // the browser may have filled fields in again

  // On wide screens the open section is shown whole, as a plan of its rows.
  if (isWide.matches) for (const row of picker.querySelectorAll(".seat-row")) row.open = true;

  show({ speak: false });
}
