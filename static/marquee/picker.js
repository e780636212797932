// The picker, live: − and + at quantities, what is chosen and what it costs. The server judges, here nothing is refused.
// The map (seatmap.js) and the list are checkboxes of the same name; whatever changes them sends an "input" event.

// − and +, inside the picker and beside it
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (!button) return;
  const input = button.parentElement.querySelector("input");
  const value = (parseInt(input.value, 10) || 0) + Number(button.dataset.step);
  input.value = Math.min(Math.max(value, Number(input.min)), Number(input.max));
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

const picker = document.getElementById("picker");

if (picker) {
  const limit = Number(picker.dataset.limit);
  const isExchange = "paid" in picker.dataset;
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: picker.dataset.currency });
  const list = picker.querySelector("[data-choice]");
  const cross = picker.querySelector("[data-icon-remove]");
  const nothing = document.createElement("li");
  const tickets = (count) => `${count} ticket${count === 1 ? "" : "s"}`;
  const isWide = matchMedia("(min-width: 60rem)");
  let announcing;

  nothing.className = "soft";
  nothing.textContent = isExchange
    ? `Nothing yet. Choose ${tickets(limit)}, as many as you have.`
    : `Nothing yet. You can book up to ${tickets(limit)} at a time.`;

  const quantities = [...picker.querySelectorAll("input[data-price][type=number]")];

  // A seat in words and its price. On the map, what seats have in common stands at their section and row.
  function describe(box) {
    const section = box.closest("[data-section]");
    if (!section) return { box, ...parts(box.dataset.name, [box.dataset.offer]), count: 1, cost: Number(box.dataset.price) };
    const notes = [section.dataset.offer];
    if ("wheelchair" in box.dataset) notes.push("wheelchair place");
    if ("companion" in box.dataset) notes.push("companion seat");
    if ("view" in box.dataset) notes.push("restricted view");
    const name = `${section.dataset.name}, row ${box.closest("[data-row]").dataset.row}, seat ${box.dataset.n}`;
    return { box, ...parts(name, notes), count: 1, cost: Number(box.dataset.price ?? section.dataset.price) };
  }

  // "Stalls, row C, seat 12": the section is the head of the line, the rest stands below it.
  function parts(name, notes) {
    const at = name.lastIndexOf(", row ");
    return { name, head: name.slice(0, at), note: [`Row ${name.slice(at + 6)}`, ...notes].filter(Boolean).join(" · ") };
  }

  function chosen() {
    const counted = quantities
      .map((input) => [input, Math.max(0, parseInt(input.value, 10) || 0)])
      .filter(([, count]) => count)
      .map(([input, count]) => ({ box: input, name: `${count} × ${input.dataset.name}`, count, cost: count * input.dataset.price }));
    return [...counted, ...[...picker.querySelectorAll("input[name=seat]:checked")].map(describe)];
  }

  function line({ box, name, head, note, cost }) {
    const item = document.createElement("li");
    const [left, right, small, button] = ["span", "span", "small", "button"].map((tag) => document.createElement(tag));
    left.textContent = head ?? name;
    if (note) {
      small.textContent = note;
      left.append(small);
    }
    right.textContent = cost ? money.format(cost) : "Free";
    right.className = "num";
    button.type = "button";
    button.setAttribute("aria-label", `Remove ${name}`);
    button.append(cross.content.cloneNode(true));
    button.addEventListener("click", () => {
      if (box.type === "number") box.value = 0;
      else box.checked = false;
      const [next] = [item.nextElementSibling, item.previousElementSibling].filter(Boolean);
      const at = next ? [...list.children].indexOf(next) - (next === item.nextElementSibling ? 1 : 0) : -1;
      picker.dispatchEvent(new Event("input"));
      (list.children[at]?.querySelector("button") ?? picker.querySelector("#choice-title")).focus();
    });
    item.append(left, right, button);
    return item;
  }

  function describeCount(count) {
    if (isExchange && count !== limit) return `${count} of ${tickets(limit)}`;
    return count > limit ? `${count} tickets: at most ${limit} at a time` : tickets(count);
  }

  // Against what has been paid already; cents, because sums of decimals are not exact.
  function difference(amount) {
    const cents = Math.round(amount * 100);
    if (!cents) return "Same price";
    return cents > 0 ? `${money.format(cents / 100)} more` : `${money.format(-cents / 100)} back`;
  }

  function show({ speak }) {
    const lines = chosen();
    const count = lines.reduce((sum, line) => sum + line.count, 0);
    const cost = lines.reduce((sum, line) => sum + line.cost, 0);
    const price = isExchange && count === limit ? difference(cost - picker.dataset.paid) : money.format(cost);
    const words = describeCount(count);
    list.replaceChildren(...(count ? lines.map(line) : [nothing]));
    for (const place of picker.querySelectorAll("[data-count]")) {
      place.textContent = count || place.closest(".choice") ? words : `${isExchange ? "" : "Up to "}${tickets(limit)}`;
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

  picker.querySelector("#choice-title").tabIndex = -1;
  picker.addEventListener("input", () => show({ speak: true }));
  window.addEventListener("pageshow", () => show({ speak: false })); // the browser may have filled fields in again

  // On wide screens the open section is shown whole, as a plan of its rows.
  if (isWide.matches) for (const row of picker.querySelectorAll(".seat-row")) row.open = true;

  show({ speak: false });
}
