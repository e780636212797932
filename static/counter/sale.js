// Counter sale, live: what it costs, what is left, what goes back; and the way through it by keyboard.
//
// The server judges everything: the form works without this file, and is refused by nothing here but by an empty choice.
"use strict";
{
  const form = document.getElementById("counter");
  const nav = document.querySelector(".counter-events");
  const { isOn, isText, isPlain } = window.counter;
  const links = [...nav.querySelectorAll("a[data-digit]")];

  // Events ---------------------------------------------------------------------------------------

  const atEvents = () => nav.contains(document.activeElement);
  const step = (list, from, by) => list[Math.min(Math.max(list.indexOf(from) + by, 0), list.length - 1)];

  nav.addEventListener("keydown", (event) => {
    if (!isPlain(event)) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) step(links, document.activeElement, by)?.focus();
    else if (/^[1-9]$/.test(event.key) && !isText(event.target)) links[Number(event.key) - 1]?.click();
    else return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (!isPlain(event) || isText(event.target) || event.key.toLowerCase() !== "e" || !isOn()) return;
    event.preventDefault();
    (links.find((link) => link.ariaCurrent) ?? links[0])?.focus();
  });

  links.find((link) => link.ariaCurrent)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (form) sell();

  function sell() {
    const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
    const cents = (text) => Math.round(Number(String(text).trim().replace(",", ".")) * 100);
    const quantities = [...form.querySelectorAll("[data-quantity]")];
    const party = form.querySelector("[data-party]");
    const first = party ?? quantities[0];
    const ways = [...form.querySelectorAll("input[name=means]")];
    const given = form.elements.given;
    const sellButton = form.querySelector("[data-sell]");
    const show = (name, text) => (form.querySelector(`[data-${name}]`).textContent = text);
    const chosenWay = () => ways.find((way) => way.checked)?.value ?? "";
    const isReduced = () => Boolean(form.elements.off?.value.trim() || form.elements.promo_code.value.trim());
    let due = 0;

    // What it costs ------------------------------------------------------------------------------

    const seats = () => [...form.querySelectorAll("input[name=seat]:checked")];
    const count = (input) => Math.max(0, parseInt(input.value, 10) || 0);
    const priceOf = (box) => cents(box.dataset.price ?? box.closest("[data-section]").dataset.price);

    function add() {
      const tickets = quantities.reduce((sum, input) => sum + count(input), 0) + seats().length;
      const sum = quantities.reduce((sum, input) => sum + count(input) * cents(input.dataset.price), 0);
      return { tickets, total: sum + seats().reduce((sum, box) => sum + priceOf(box), 0) };
    }

    function tell(tickets, total, said = "") {
      due = total;
      show("count", tickets ? `${tickets} ticket${tickets === 1 ? "" : "s"}` : "Nothing yet");
      show("total", tickets ? money.format(total / 100) : "");
      show("said", said);
      form.elements.expected.value = tickets && chosenWay() !== "comp" ? (total / 100).toFixed(2) : "";
      tellChange();
    }

    function tellChange() {
      const cash = cents(given.value);
      const isGiven = given.value.trim() && Number.isFinite(cash);
      show("change", !isGiven ? "–" : cash < due ? "too little" : money.format((cash - due) / 100));
    }

    let asking;
    let asked = 0;
    function reckon() {
      const { tickets, total } = add();
      clearTimeout(asking);
      asked += 1;
      for (const part of form.querySelectorAll("[data-for]")) {
        const wanted = part.dataset.for.split(" ");
        part.hidden = !wanted.includes(chosenWay()) && !(wanted.includes("off") && form.elements.off?.value.trim());
      }
      for (const input of quantities) input.closest(".counter-offer").classList.toggle("is-chosen", count(input) > 0);
      if (chosenWay() === "comp") return tell(tickets, 0, "With the compliments of the house");
      tell(tickets, total);
      if (!tickets || !isReduced()) return;
      form.elements.expected.value = "";
      asking = setTimeout(() => quote(tickets, asked), 150);
    }

    async function quote(tickets, turn) {
      const data = new FormData(form);
      data.delete("csrfmiddlewaretoken");
      const response = await fetch(`${form.dataset.quote}?${new URLSearchParams(data)}`).catch(() => null);
      const bill = response?.ok ? await response.json() : null;
      if (!bill || turn !== asked) return;
      if (bill.error) show("said", bill.error);
      else tell(tickets, cents(bill.total), `less ${bill.discount}`);
    }

    form.addEventListener("input", reckon);
    form.addEventListener("change", reckon);

    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-step]");
      if (!button) return;
      const input = button.parentElement.querySelector("input");
      input.value = Math.max(0, count(input) + Number(button.dataset.step)) || "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      if (input === party) findSeats();
    });

    // The best seats: seatmap.js finds and ticks them; until it has, nothing is sold -------------------

    const best = document.getElementById("best-form");
    const said = form.querySelector("[data-best-said]");
    let isFinding = false;
    let sellThen = false;
    let finding;

    function findSeats() {
      clearTimeout(finding);
      if (count(party)) finding = setTimeout(() => best.requestSubmit(), 300);
    }

    best?.addEventListener("submit", () => {
      clearTimeout(finding);
      isFinding = Boolean(said);
    });
    if (said) {
      new MutationObserver(() => {
        isFinding = false;
        reckon();
        if (sellThen && seats().length) form.requestSubmit();
        sellThen = false;
      }).observe(said, { childList: true, subtree: true });
    }

    // What is left ---------------------------------------------------------------------------------

    let polling;
    async function poll() {
      clearTimeout(polling);
      if (document.hidden) return;
      try {
        const response = await fetch(form.dataset.live, { cache: "no-cache" });
        const { left } = response.ok ? await response.json() : { left: {} };
        for (const [offer, number] of Object.entries(left)) {
          const place = form.querySelector(`[data-left="${offer}"]`);
          if (!place || !place.closest(".counter-offer")) continue;
          place.textContent = number;
          place.closest(".counter-offer").classList.toggle("is-gone", !number);
        }
      } catch {
        // no network for a moment: the next time will do
      }
      polling = setTimeout(poll, 3000);
    }
    document.addEventListener("visibilitychange", poll);
    if (quantities.length) polling = setTimeout(poll, 1000);

    // By keyboard ----------------------------------------------------------------------------------

    function goTo(target) {
      target?.focus();
      target?.select?.();
    }

    function goToPayment() {
      if (!chosenWay()) goTo(ways[0]);
      else if (chosenWay() === "cash") goTo(given);
      else if (chosenWay() === "comp" && !form.elements.reason.value.trim()) goTo(form.elements.reason);
      else goTo(sellButton);
    }

    for (const way of ways) {
      way.addEventListener("click", () => {
        reckon();
        goToPayment();
      });
    }
    const seat = () => form.querySelector(".map-seats input[tabindex='0']");

    function isStill(event) {
      return event.target === document.body || form.contains(event.target) || event.target.closest(".counter-page");
    }

    document.addEventListener("keydown", (event) => {
      if (!isPlain(event) || !isStill(event)) return;
      const { key, target } = event;
      if (key === "Escape") {
        if (target === first && !add().tickets) return;
        if (target === first || target === document.body) return location.assign(form.dataset.fresh);
        event.preventDefault();
        return goTo(first);
      }
      if (target.matches("[data-quantity]") && (key === "ArrowDown" || key === "ArrowUp")) {
        event.preventDefault();
        return goTo(step(quantities, target, key === "ArrowDown" ? 1 : -1));
      }
      if (target.matches("[data-quantity]") && key === "Enter") {
        event.preventDefault();
        return goToPayment();
      }
      if (target === party && key === "Enter") return setTimeout(goToPayment);
      if (isText(target) || target === given || !isOn() || atEvents()) return;
      if (key === "m" && seat()) {
        event.preventDefault();
        seat().focus();
      } else if (/^[0-9]$/.test(key) && !target.matches("[data-quantity], [data-party]")) {
        event.preventDefault();
        first.value = key;
        first.focus();
        first.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });

    // Letters are keys, also where a number is typed.
    for (const input of [...quantities, party, given].filter(Boolean)) {
      input.addEventListener("beforeinput", (event) => {
        if (event.data && /[a-z]/i.test(event.data)) event.preventDefault();
      });
    }

    // Selling --------------------------------------------------------------------------------------

    const note = form.querySelector("[data-note]");
    function refuse(text, target) {
      note.textContent = text;
      note.hidden = false;
      goTo(target);
    }

    form.addEventListener("submit", (event) => {
      if (event.submitter?.name === "open") return;
      note.hidden = true;
      if (isFinding) {
        sellThen = true;
        event.preventDefault();
      } else if (!add().tickets) {
        event.preventDefault();
        refuse("Choose at least one ticket.", first);
      } else if (!chosenWay()) {
        event.preventDefault();
        refuse("Choose how the customer pays.", ways[0]);
      } else if (form.dataset.isSelling) {
        event.preventDefault();
      } else {
        form.dataset.isSelling = "yes";
        sellButton.classList.add("is-busy");
      }
    });
    window.addEventListener("pageshow", () => {
      delete form.dataset.isSelling;
      sellButton.classList.remove("is-busy");
      reckon();
    });

    given.dataset.sum = "";
    note.setAttribute("role", "alert");
    reckon();
    if (!document.activeElement || document.activeElement === document.body) goTo(first);
    else document.activeElement.select?.();
  }
}
