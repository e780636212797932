// The seat map: come nearer, walk by keyboard, see at once what others take. Seats are checkboxes, and the form works
// without any of this. Moving about is the browser's own scrolling; coming nearer makes the drawing larger.

const map = document.getElementById("map");

if (map) {
  const form = map.closest("form");
  const scroller = map.querySelector("[data-map-scroll]");
  const room = map.querySelector(".map-room");
  const bar = map.querySelector("[data-map-bar]");
  const tools = Object.fromEntries([...map.querySelectorAll("[data-zoom]")].map((button) => [button.dataset.zoom, button]));
  const groups = [...room.querySelectorAll("[data-section]")];
  const isLarge = "large" in map.dataset;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  const isTouch = matchMedia("(pointer: coarse)");
  const [, , wholeWidth, wholeHeight] = room.dataset.whole.split(" ").map(Number);
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
  const UNIT = 20;
  const FINGER = 44; // CSS pixels to a seat when it is to be tapped
  const NEAR = 24; // and from which on it bears its number
  const EASY = { touch: 34, pen: 24, mouse: 10 }; // below that, a tap comes nearer instead of choosing
  const focusSize = Number(room.querySelector(".map-focus text").getAttribute("font-size"));
  let scale = 0; // CSS pixels to a unit
  let pointer = isTouch.matches ? "touch" : "mouse";

  // Near and far -------------------------------------------------------------------------------

  const fit = () => Math.min(scroller.clientWidth / wholeWidth, scroller.clientHeight / wholeHeight);
  const seatSize = () => scale * UNIT;
  const largest = () => Math.max(64 / UNIT, fit());

  function setScale(wanted, at) {
    const before = room.getBoundingClientRect();
    const frame = scroller.getBoundingClientRect();
    const anchor = at ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
    const [x, y] = [(anchor.x - before.left) / (scale || 1), (anchor.y - before.top) / (scale || 1)];
    scale = Math.min(Math.max(wanted, fit()), largest());
    room.style.width = `${wholeWidth * scale}px`;
    room.style.height = `${wholeHeight * scale}px`;
    const after = room.getBoundingClientRect();
    scroller.scrollLeft += after.left + x * scale - anchor.x;
    scroller.scrollTop += after.top + y * scale - anchor.y;
    room.classList.toggle("is-near", seatSize() >= NEAR);
    const isZoomed = scale > fit() * 1.02;
    scroller.classList.toggle("is-zoomed", isZoomed);
    tools.whole.hidden = !isZoomed;
    tools.out.disabled = !isZoomed;
    tools.in.disabled = scale >= largest() * 0.99;
    room.style.setProperty("--label", `${(isTouch.matches ? 11 : 12) / scale}px`);
    room.style.setProperty("--focus", `${Math.max(11 / scale, focusSize)}px`);
    clearTimeout(thinning);
    thinning = setTimeout(thinNames, 120);
  }

  // Names of sections keep their size, so not all of them have room from afar: the largest sections come first.
  let thinning;
  function thinNames() {
    const kept = [];
    const bySize = [...room.querySelectorAll(".map-names text")].sort((a, b) => groupOf(b.dataset.named).dataset.size - groupOf(a.dataset.named).dataset.size);
    for (const name of bySize) {
      name.classList.remove("is-crowded");
      const box = name.getBoundingClientRect();
      const meets = (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      if (kept.some(meets)) name.classList.add("is-crowded");
      else kept.push(box);
    }
  }

  // Show a part of the room (in units of the drawing) in the middle.
  function showBox([x, y, width, height], { atLeast = 0 } = {}) {
    const wanted = Math.min(scroller.clientWidth / width, scroller.clientHeight / height);
    moveTo(Math.max(wanted, atLeast / UNIT), x + width / 2, y + height / 2);
  }

  function moveTo(target, x, y) {
    const [left, top] = room.dataset.whole.split(" ").map(Number);
    const place = () => {
      scroller.scrollLeft = (x - left) * scale - scroller.clientWidth / 2;
      scroller.scrollTop = (y - top) * scale - scroller.clientHeight / 2;
    };
    const from = scale;
    const began = performance.now();
    function step(now) {
      const part = isCalm.matches ? 1 : Math.min((now - began) / 220, 1);
      setScale(from * (target / from) ** part);
      place();
      if (part < 1) requestAnimationFrame(step);
    }
    step(began);
  }

  function toUnits(client) {
    const box = room.getBoundingClientRect();
    const [left, top] = room.dataset.whole.split(" ").map(Number);
    return [left + (client.x - box.left) / scale, top + (client.y - box.top) / scale];
  }

  const showWhole = () => moveTo(fit(), ...toUnits({ x: 0, y: 0 }));

  async function enter(pk, client) {
    const link = room.querySelector(`[data-enter="${pk}"]`);
    const box = link.dataset.box.split(" ").map(Number);
    const atLeast = pointer === "touch" ? FINGER : 0;
    const wanted = Math.min(scroller.clientWidth / box[2], scroller.clientHeight / box[3]) * UNIT;
    if (client && wanted < FINGER) moveTo(Math.max(wanted, atLeast || 26) / UNIT, ...toUnits(client));
    else showBox(box, { atLeast });
    await load(pk);
  }

  tools.in.addEventListener("click", () => setScale(scale * 1.6));
  tools.out.addEventListener("click", () => setScale(scale / 1.6));
  tools.whole.addEventListener("click", () => {
    showWhole();
    tools.in.focus();
  });

  scroller.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // without it, the wheel moves about
    event.preventDefault();
    setScale(scale * Math.exp(-event.deltaY / (event.deltaMode ? 20 : 250)), { x: event.clientX, y: event.clientY });
  }, { passive: false });

  const between = ([a, b]) => ({
    x: (a.clientX + b.clientX) / 2,
    y: (a.clientY + b.clientY) / 2,
    far: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  });
  let pinch = null;
  scroller.addEventListener("touchstart", (event) => {
    pinch = event.touches.length === 2 ? { ...between(event.touches), scale } : null;
  }, { passive: true });
  scroller.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    const now = between(event.touches);
    setScale((pinch.scale * now.far) / pinch.far, now);
  }, { passive: false });

  // A mouse takes hold of the room and pulls it.
  let drag = null;
  scroller.addEventListener("pointerdown", (event) => {
    pointer = event.pointerType || pointer;
    if (event.pointerType !== "mouse" || event.button) return;
    drag = { x: event.clientX, y: event.clientY, left: scroller.scrollLeft, top: scroller.scrollTop, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 6) return;
    drag.moved = true;
    scroller.classList.add("is-dragged");
    scroller.scrollLeft = drag.left - dx;
    scroller.scrollTop = drag.top - dy;
  });
  window.addEventListener("pointerup", () => {
    scroller.classList.remove("is-dragged");
    setTimeout(() => (drag = null)); // the click that ends it comes first
  });
  room.addEventListener("dragstart", (event) => event.preventDefault());

  room.addEventListener("click", (event) => {
    if (drag?.moved) return event.preventDefault();
    const seat = event.target.closest("input[name=seat]");
    const byKeyboard = event.detail === 0;
    const client = byKeyboard ? null : { x: event.clientX, y: event.clientY };
    if (seat && !byKeyboard && seatSize() < EASY[pointer]) {
      event.preventDefault();
      enter(seat.closest("[data-section]").dataset.section, client);
    }
    const link = event.target.closest("[data-enter]");
    if (!link) return;
    event.preventDefault();
    const pk = link.dataset.enter;
    enter(pk, client).then(() => byKeyboard && seatsOf(groupOf(pk)).find((box) => !box.disabled)?.focus());
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=open]");
    if (!button) return;
    event.preventDefault();
    map.scrollIntoView({ block: "nearest" });
    enter(button.value).then(() => seatsOf(groupOf(button.value)).find((box) => !box.disabled)?.focus());
  });

  // Seats ----------------------------------------------------------------------------------------

  const groupOf = (pk) => groups.find((group) => group.dataset.section === String(pk));
  const seatsOf = (group) => [...group.querySelectorAll("input[name=seat]")];
  const allSeats = () => [...room.querySelectorAll("input[name=seat]")];
  const elsewhere = () => [...form.querySelectorAll("[data-elsewhere] input[name=seat]")];

  function words(box) {
    const group = box.closest("[data-section]");
    const notes = [];
    if ("wheelchair" in box.dataset) notes.push("wheelchair place");
    if ("companion" in box.dataset) notes.push("companion seat");
    if ("view" in box.dataset) notes.push("restricted view");
    const price = Number(box.dataset.price ?? group.dataset.price);
    return {
      name: `${group.dataset.name}, row ${box.closest("[data-row]").dataset.row}, seat ${box.dataset.n}`,
      price: "off" in box.dataset ? "not on sale" : price ? money.format(price) : "free of charge",
      notes,
      state: "mine" in box.dataset ? "yours" : box.disabled && !("off" in box.dataset) ? "taken" : "",
    };
  }

  function label(box) {
    const { name, price, notes, state } = words(box);
    box.setAttribute("aria-label", [name, price, ...notes, state].filter(Boolean).join(", "));
  }

  function setTaken(box, isTaken) {
    box.disabled = isTaken;
    if (isTaken) box.checked = false;
    label(box);
  }

  // The seats of a section that has not been entered yet.
  const loading = new Map();
  function load(pk) {
    const group = groupOf(pk);
    if (group.firstElementChild) return Promise.resolve();
    if (!loading.has(pk)) {
      loading.set(pk, fetch(map.dataset.rooms.replace("/0.html", `/${pk}.html`))
        .then((response) => (response.ok ? response.text() : Promise.reject(response)))
        .then((text) => {
          for (const other of groups) if (other !== group && !other.querySelector("input:checked")) leave(other);
          group.innerHTML = text;
          const first = Number(group.dataset.first);
          const isClosed = "closed" in group.dataset;
          const waiting = new Map(elsewhere().map((box) => [box.value, box]));
          seatsOf(group).forEach((box, index) => {
            box.tabIndex = -1;
            setTaken(box, isClosed || (taken ? isIn(taken, first + index) : false));
            const twin = waiting.get(box.value);
            if (!twin) return;
            if (twin.closest(".is-mine")) box.dataset.mine = "";
            if (!box.disabled || !twin.disabled) box.disabled = false;
            box.checked = twin.checked;
            twin.closest("label").remove();
          });
          room.querySelector(`[data-enter="${pk}"]`).classList.add("has-seats");
          nameOf(pk)?.classList.add("is-shown");
          renewStops();
          changed();
        })
        .catch(() => say("These seats could not be loaded. Please try again."))
        .finally(() => loading.delete(pk)));
    }
    return loading.get(pk);
  }

  function leave(group) {
    group.replaceChildren();
    room.querySelector(`[data-enter="${group.dataset.section}"]`).classList.remove("has-seats");
    nameOf(group.dataset.section)?.classList.remove("is-shown");
  }

  const nameOf = (pk) => room.querySelector(`[data-named="${pk}"]`);
  const changed = () => form.dispatchEvent(new Event("input"));

  // By keyboard: one stop for Tab, arrows walk to the next free seat in their direction ----------------

  let stop = null;
  function renewStops() {
    const free = allSeats();
    for (const box of free) box.tabIndex = -1;
    if (!stop?.isConnected || stop.disabled) stop = free.find((box) => box.checked) ?? free.find((box) => !box.disabled);
    if (stop) stop.tabIndex = 0;
  }

  function middle(box) {
    const rect = box.getBoundingClientRect();
    return [rect.left + rect.width / 2, rect.top + rect.height / 2];
  }

  const AHEAD = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  function next(box, [ax, ay]) {
    const [x, y] = middle(box);
    const row = box.closest("[data-row]");
    let best = null;
    let least = Infinity;
    for (const other of allSeats()) {
      if (other === box || other.disabled) continue;
      const [ox, oy] = middle(other);
      const ahead = (ox - x) * ax + (oy - y) * ay;
      const aside = Math.abs((ox - x) * ay - (oy - y) * ax);
      if (ahead < seatSize() * 0.25 || aside > ahead * 2) continue;
      const cost = (ahead + 2 * aside) * (other.closest("[data-row]") === row ? 0.4 : 1);
      if (cost < least) [best, least] = [other, cost];
    }
    return best;
  }

  map.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const box = event.target.closest("input[name=seat]");
    const ahead = AHEAD[event.key];
    if (ahead && event.shiftKey) scroller.scrollBy(ahead[0] * 90, ahead[1] * 90);
    else if (ahead && box) next(box, ahead)?.focus();
    else if ((event.key === "Home" || event.key === "End") && box) {
      const free = [...box.closest("[data-row]").querySelectorAll("input:enabled")];
      free.at(event.key === "Home" ? 0 : -1).focus();
    } else if (event.key === "Enter" && box) box.click();
    else if (event.key === "+" || event.key === "=") setScale(scale * 1.6);
    else if (event.key === "-") setScale(scale / 1.6);
    else if (event.key === "0") showWhole();
    else return;
    event.preventDefault();
  });

  room.addEventListener("focusin", (event) => {
    const box = event.target.closest("input[name=seat]");
    if (!box) return;
    if (stop) stop.tabIndex = -1;
    stop = box;
    box.tabIndex = 0;
    tell(box);
    if (!box.matches(":focus-visible")) return;
    if (seatSize() < 14) setScale(20 / UNIT, { x: middle(box)[0], y: middle(box)[1] });
    box.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  room.addEventListener("pointerover", (event) => {
    const box = event.target.closest("input[name=seat]");
    const link = event.target.closest("[data-enter]");
    if (box) tell(box);
    else if (link) say(link.getAttribute("aria-label"));
  });

  const hint = isTouch.matches
    ? "Tap the map to come nearer, pinch to zoom."
    : "Pull the map to move it, Ctrl and the wheel zoom. By keyboard: arrows, Space, + and −.";
  const say = (text) => bar.replaceChildren(text);

  function tell(box) {
    const { name, price, notes, state } = words(box);
    const [strong, rest] = [document.createElement("b"), document.createElement("span")];
    strong.textContent = name;
    rest.textContent = [price, ...notes, box.checked ? "chosen" : state].filter(Boolean).join(" · ");
    rest.classList.toggle("is-off", box.disabled);
    bar.replaceChildren(strong, rest);
  }

  // A single seat left behind: said before it is too late -------------------------------------------

  const isFree = (box) => box && !box.disabled && !box.checked && !("wheelchair" in box.dataset) && !("companion" in box.dataset);

  function findSingles() {
    const rows = new Set([...room.querySelectorAll("input[name=seat]:checked")].map((box) => box.closest("[data-row]")));
    const singles = [];
    for (const row of rows) {
      const boxes = [...row.querySelectorAll("input[name=seat]")];
      boxes.forEach((box, index) => {
        const before = "gap" in box.dataset ? null : boxes[index - 1];
        const after = boxes[index + 1] && "gap" in boxes[index + 1].dataset ? null : boxes[index + 1];
        if (isFree(box) && !isFree(before) && !isFree(after) && (before?.checked || after?.checked)) singles.push(box);
      });
    }
    return singles;
  }

  const note = form.querySelector("[data-note]");
  const single = form.querySelector("[data-single]");
  const anyway = form.querySelector("[data-anyway]");

  function warn() {
    const singles = findSingles();
    for (const box of room.querySelectorAll(".is-single")) box.classList.remove("is-single");
    for (const box of singles) box.classList.add("is-single");
    const refuses = "refuses" in map.dataset;
    const names = singles.map((box) => words(box).name).join("; ");
    const text = singles.length
      ? `${names} would stay empty on ${singles.length > 1 ? "their" : "its"} own, and hardly anybody buys a single seat. ` +
        (refuses ? "Please move along, or take it as well." : "Could you move along by one? If not, just continue.")
      : "";
    if (single.textContent !== text) single.textContent = text;
    single.hidden = !text;
    anyway.disabled = !text || refuses;
  }

  form.addEventListener("input", (event) => {
    warn();
    const box = event.target.closest?.("#map input[name=seat]");
    if (box) tell(box);
  });
  single.setAttribute("role", "status");
  note.setAttribute("role", "status");

  // What others take ---------------------------------------------------------------------------------

  const isIn = (bits, number) => Boolean((bits[number >> 3] >> (number & 7)) & 1);
  let taken = null;
  let last = "";

  function apply(text) {
    if (text === last) return;
    last = text;
    const document_ = JSON.parse(text);
    if (document_.room !== map.dataset.version) {
      note.textContent = "The room has been changed. Please load this page again before you go on.";
      note.hidden = false;
      return;
    }
    const bits = Uint8Array.from(atob(document_.taken), (character) => character.charCodeAt(0));
    const before = taken;
    taken = bits;
    const lost = [];
    for (const group of groups) {
      const first = Number(group.dataset.first);
      if ("closed" in group.dataset) continue;
      seatsOf(group).forEach((box, index) => {
        const isTaken = isIn(bits, first + index);
        if ("off" in box.dataset || "mine" in box.dataset || isTaken === box.disabled) return;
        if (box.checked && isTaken) lost.push(words(box).name);
        setTaken(box, isTaken);
      });
      if (!before || isLarge) count(group, bits, first);
    }
    for (const box of elsewhere()) {
      if (!box.checked || box.closest(".is-mine") || !isIn(bits, Number(box.dataset.number))) continue;
      lost.push(box.dataset.name);
      setTakenElsewhere(box);
    }
    if (lost.length) {
      note.textContent = `Somebody else has just taken ${lost.join("; ")}. Everything else stays chosen.`;
      note.hidden = false;
    }
    renewStops();
    if (lost.length) changed();
    else warn();
  }

  function setTakenElsewhere(box) {
    box.checked = false;
    box.disabled = true;
  }

  // How many seats of a section are left, as its shade and in words.
  function count(group, bits, first) {
    const all = Number(group.dataset.capacity);
    let gone = 0;
    for (let number = first; number < first + Number(group.dataset.size); number += 1) gone += isIn(bits, number);
    const free = Math.max(0, all - gone);
    const link = room.querySelector(`[data-enter="${group.dataset.section}"]`);
    const left = free ? `${free} free` : "Sold out";
    if (isLarge) {
      link.classList.remove("shade-0", "shade-1", "shade-2", "shade-3", "shade-4");
      link.classList.add(`shade-${free ? 1 + Math.min(3, Math.floor((4 * free) / all)) : 0}`);
    }
    link.setAttribute("aria-label", `${group.dataset.name}, ${left}: look closer`);
    for (const place of form.querySelectorAll(`[data-left="${group.dataset.section}"]`)) place.textContent = left;
  }

  let polling;
  async function poll() {
    clearTimeout(polling);
    if (document.hidden) return;
    try {
      const response = await fetch(map.dataset.live, { cache: "no-cache" });
      if (response.ok) apply(await response.text());
    } catch {
      // offline for a moment: the next time will do
    }
    polling = setTimeout(poll, 2500);
  }
  document.addEventListener("visibilitychange", poll);

  // The best seats, without leaving the map ------------------------------------------------------------

  const best = document.getElementById("best-form");
  const said = document.querySelector("[data-best-said]");

  function answer(kind, text) {
    const notice = document.querySelector(`[data-best-${kind}]`).content.cloneNode(true);
    notice.querySelector("[data-words]").textContent = text;
    said.replaceChildren(notice);
  }

  best?.addEventListener("submit", async (event) => {
    if (!map.dataset.best) return; // only the server knows what counts as free
    event.preventDefault();
    const query = new URLSearchParams(new FormData(best));
    const response = await fetch(`${map.dataset.best}?${query}`).catch(() => null);
    const result = await response?.json().catch(() => null);
    if (!result) return best.submit();
    if (result.errors) return answer("none", Object.values(result.errors).flat().join(" "));
    if (!result.seats.length) {
      return answer("none", `We cannot seat ${query.get("party")} of you together or in neighbouring rows with these wishes. Try another number or price, or choose seats one by one.`);
    }
    for (const { section } of result.seats) await load(section);
    const wanted = new Set(result.seats.flatMap(({ seats }) => seats.map(String)));
    for (const box of [...allSeats(), ...elsewhere()]) box.checked = wanted.has(box.value) && !box.disabled;
    renewStops();
    changed();
    const found = allSeats().filter((box) => box.checked);
    const price = found.reduce((sum, box) => sum + Number(box.dataset.price ?? box.closest("[data-section]").dataset.price), 0);
    answer("found", `We suggest ${result.names.join("; ")}: ${money.format(price)} in all. Continue, or change single seats on the map.`);
    lookAt(found);
  });

  function lookAt(boxes) {
    if (!boxes.length) return;
    const points = boxes.map(middle);
    const client = { x: points.reduce((sum, [x]) => sum + x, 0) / points.length, y: points.reduce((sum, [, y]) => sum + y, 0) / points.length };
    moveTo(Math.max(scale, (isTouch.matches ? FINGER : 26) / UNIT), ...toUnits(client));
  }

  // Begin ---------------------------------------------------------------------------------------------

  room.setAttribute("viewBox", room.dataset.whole);
  setScale(fit());
  if (room.dataset.view !== room.dataset.whole) showBox(room.dataset.view.split(" ").map(Number), { atLeast: isTouch.matches ? FINGER : 0 });
  for (const group of groups) if (isLarge && group.firstElementChild) nameOf(group.dataset.section)?.classList.add("is-shown");
  if (isTouch.matches) form.querySelector(".map-sections")?.removeAttribute("open"); // the map is the shorter way
  renewStops();
  warn();
  say(hint);
  new ResizeObserver(() => scale < fit() * 1.02 && setScale(fit())).observe(scroller);
  window.addEventListener("pageshow", warn);
  polling = setTimeout(poll, 800);
}
