/*
 * The map of an event: point at seats, choose them with the mouse or with the keys.
 *
 * The checkboxes of the list are what is sent and what is true; the map shows them and presses them. Without this file the list
 * is all there is, and enough.
 */
(() => {
  "use strict";

  const form = document.getElementById("pick-form");
  const map = document.getElementById("map");
  if (!form || !map) return;
  const SVG = "http://www.w3.org/2000/svg";
  let takers = JSON.parse(document.getElementById("takers").textContent);
  const details = document.getElementById("seat-details");
  const readBoxes = () => new Map([...form.querySelectorAll("input[name=seat]")].map((box) => [box.value, box]));
  const boxes = readBoxes();
  const seats = [...map.querySelectorAll("use")].map((shape, index) => ({
    index,
    shape,
    id: shape.dataset.seat,
    x: Number(shape.getAttribute("x")),
    y: Number(shape.getAttribute("y")),
    row: shape.parentNode,
    state: shape.getAttribute("class").slice(2),
    box: boxes.get(shape.dataset.seat),
    ring: null,
  }));
  const byId = new Map(seats.map((seat) => [seat.id, seat]));
  const words = { free: "Free", held: "Held", kept: "Kept", sold: "Sold", blocked: "Blocked", none: "Not on sale" };
  let current = null;
  let anchor = null;

  for (const tool of form.querySelectorAll(".js-tools")) tool.hidden = false;
  map.removeAttribute("aria-hidden");
  map.setAttribute("tabindex", "0");
  map.setAttribute("role", "application");
  map.setAttribute(
    "aria-label",
    "Map of the seats. Arrow keys go from seat to seat, space chooses, shift and arrow keys choose along the way. " +
      "The list below has the same seats.",
  );
  map.setAttribute("aria-describedby", "seat-details");
  const ground = draw("g");
  map.prepend(ground);
  const cursor = draw("circle", { class: "ring", r: 0.62, visibility: "hidden" });
  map.append(cursor);

  function draw(name, attributes = {}) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    return shape;
  }

  function element(name, text, attributes = {}) {
    const made = Object.assign(document.createElement(name), attributes);
    made.textContent = text;
    return made;
  }

  // Looking at a seat ---------------------------------------------------------------------------

  function nameOf(seat) {
    const section = seat.row.parentNode.dataset.section;
    return `${section}, row ${seat.row.dataset.row}, seat ${seat.shape.dataset.number}`;
  }

  function look(seat) {
    if (current === seat) return;
    current = seat;
    cursor.setAttribute("cx", seat.x);
    cursor.setAttribute("cy", seat.y);
    cursor.setAttribute("visibility", "visible");
    const lines = [element("strong", nameOf(seat))];
    const taker = takers[seat.shape.dataset.taker];
    const until = taker && taker.until ? ` until ${taker.until}` : "";
    lines.push(element("div", words[seat.state] + until + (taker ? { sold: " to", kept: " for" }[seat.state] || " by" : "")));
    if (taker) {
      const line = element("div", "");
      line.append(element("a", `${taker.name}, ${taker.code}`, { href: taker.url }));
      lines.push(line);
    }
    if (seat.shape.dataset.notes) lines.push(element("div", seat.shape.dataset.notes, { className: "soft" }));
    details.replaceChildren(...lines);
  }

  // Choosing seats ------------------------------------------------------------------------------

  function pick(seat, on = !seat.box?.checked) {
    if (!seat.box || seat.box.checked === on) return;
    seat.box.checked = on;
    show(seat);
  }

  function show(seat) {
    seat.ring?.remove();
    seat.ring = null;
    seat.shape.classList.toggle("is-picked", Boolean(seat.box?.checked));
    if (!seat.box?.checked) return;
    seat.ring = draw("circle", { class: "ring-ground", cx: seat.x, cy: seat.y, r: 0.56 });
    ground.append(seat.ring);
  }

  function between(one, other) {
    if (one.row === other.row) {
      const [from, to] = [Math.min(one.index, other.index), Math.max(one.index, other.index)];
      return seats.slice(from, to + 1);
    }
    return within(one.x, one.y, other.x, other.y);
  }

  function within(x1, y1, x2, y2) {
    const [left, right, top, bottom] = [Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2)];
    return seats.filter((seat) => seat.x >= left && seat.x <= right && seat.y >= top && seat.y <= bottom);
  }

  function standing() {
    const numbers = [...form.querySelectorAll("input[name^=standing-]")].map((field) => Number(field.value) || 0);
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  function tell(lost = []) {
    const chosen = seats.filter((seat) => seat.box?.checked);
    const [free, kept, blocked] = ["free", "kept", "blocked"].map((state) => chosen.filter((seat) => seat.state === state).length);
    const places = standing();
    const count = document.getElementById("chosen-count");
    if (!count) return;
    count.textContent = chosen.length ? `${chosen.length}` : "";
    const parts = [free && `${free} free`, kept && `${kept} kept`, blocked && `${blocked} blocked`].filter(Boolean).join(", ");
    const some = chosen.slice(0, 4).map(nameOf).join("; ");
    const more = chosen.length > 4 ? `; and ${chosen.length - 4} more` : "";
    const gone = lost.length ? `Somebody has just taken ${lost.map(nameOf).join("; ")}. ` : "";
    document.getElementById("chosen").textContent =
      gone + (chosen.length ? `${parts}: ${some}${more}.` : "Choose seats that are free, kept or blocked.");
    const onlyFree = free === chosen.length && (free || places);
    const able = {
      block: onlyFree,
      hold: onlyFree,
      release: !free && (chosen.length || places),
      comp: chosen.length || places,
    };
    for (const button of form.querySelectorAll("button[name=action]")) button.disabled = !able[button.value];
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "seat") {
      show(byId.get(event.target.value));
      tell();
    }
  });

  form.addEventListener("input", (event) => {
    if (event.target.name?.startsWith("standing-")) tell();
  });

  form.addEventListener("focusin", (event) => {
    if (event.target.name === "seat") look(byId.get(event.target.value));
  });

  // One field instead of a thousand: the server takes no more than so many.
  form.addEventListener("formdata", (event) => {
    const chosen = event.formData.getAll("seat");
    event.formData.delete("seat");
    event.formData.set("seats", chosen.join(","));
  });

  // The mouse -----------------------------------------------------------------------------------

  let drag = null;

  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    return [point.x, point.y];
  }

  function seatOf(event) {
    const shape = event.target.closest?.("use");
    return shape ? byId.get(shape.dataset.seat) : null;
  }

  map.addEventListener("pointermove", (event) => {
    if (drag) {
      const [x, y] = at(event);
      if (!drag.frame && Math.hypot(event.clientX - drag.clientX, event.clientY - drag.clientY) > 5) {
        drag.frame = draw("rect", { class: "frame" });
        map.append(drag.frame);
        map.setPointerCapture(event.pointerId);
      }
      if (drag.frame) {
        drag.frame.setAttribute("x", Math.min(x, drag.x));
        drag.frame.setAttribute("y", Math.min(y, drag.y));
        drag.frame.setAttribute("width", Math.abs(x - drag.x));
        drag.frame.setAttribute("height", Math.abs(y - drag.y));
        drag.to = [x, y];
        return;
      }
    }
    const seat = seatOf(event);
    if (seat) look(seat);
  });

  map.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const [x, y] = at(event);
    drag = { x, y, clientX: event.clientX, clientY: event.clientY, frame: null, to: null };
  });

  map.addEventListener("pointerup", (event) => {
    if (drag?.frame) {
      drag.frame.remove();
      const caught = within(drag.x, drag.y, ...drag.to).filter((seat) => seat.box);
      const on = !event.altKey && caught.some((seat) => !seat.box.checked);
      for (const seat of caught) pick(seat, on);
      tell();
      drag = { done: true };
    } else {
      drag = null;
    }
  });

  map.addEventListener("pointercancel", () => {
    drag?.frame?.remove();
    drag = null;
  });

  map.addEventListener("click", (event) => {
    if (drag?.done) {
      drag = null;
      return;
    }
    const seat = seatOf(event);
    if (!seat) return;
    look(seat);
    choose(seat, event.shiftKey);
  });

  function choose(seat, upTo) {
    if (upTo && anchor) for (const one of between(anchor, seat)) pick(one, true);
    else pick(seat);
    anchor = seat;
    tell();
  }

  // The keys ------------------------------------------------------------------------------------

  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function nearest(from, [dx, dy]) {
    let best = null;
    let least = Infinity;
    for (const seat of seats) {
      const along = (seat.x - from.x) * dx + (seat.y - from.y) * dy;
      const aside = Math.abs((seat.x - from.x) * dy) + Math.abs((seat.y - from.y) * dx);
      const far = along + 3 * aside + (dx && seat.row !== from.row ? 3 : 0);
      if (along > 0.3 && far < least) [best, least] = [seat, far];
    }
    return best;
  }

  map.addEventListener("focus", () => {
    if (!current && seats.length) look(seats[0]);
  });

  map.addEventListener("keydown", (event) => {
    if (!current) return;
    if (ways[event.key]) {
      const next = nearest(current, ways[event.key]);
      if (next) {
        if (event.shiftKey) pick(current, true);
        look(next);
        if (event.shiftKey) pick(next, true);
        next.shape.scrollIntoView({ block: "nearest", inline: "nearest" });
        tell();
      }
    } else if (event.key === " ") {
      choose(current, event.shiftKey);
    } else if (event.key === "Enter") {
      details.querySelector("a")?.focus();
    } else if (event.key === "Escape") {
      for (const seat of seats) pick(seat, false);
      tell();
    } else {
      return;
    }
    event.preventDefault();
  });

  // Zoom ----------------------------------------------------------------------------------------

  let zoom = 1;
  form.addEventListener("click", (event) => {
    const way = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (way === undefined) return;
    zoom = way === "0" ? 1 : Math.min(6, Math.max(1, zoom * (way === "1" ? 1.5 : 1 / 1.5)));
    map.style.width = `${zoom * 100}%`;
    map.classList.toggle("is-zoomed", zoom > 1); // where the whole room is fitted into the window, until one comes nearer
    current?.shape.scrollIntoView({ block: "nearest", inline: "center" });
  });

  // Somebody else is at work ----------------------------------------------------------------------

  document.addEventListener("map:fresh", ({ detail: fresh }) => {
    takers = JSON.parse(fresh.getElementById("takers").textContent);
    const now = readBoxes();
    const lost = [];
    for (const shape of fresh.querySelectorAll("#map use")) {
      const seat = byId.get(shape.dataset.seat);
      if (!seat) continue;
      const wasChosen = Boolean(seat.box?.checked);
      seat.state = shape.getAttribute("class").slice(2);
      seat.shape.setAttribute("class", `s-${seat.state}`);
      seat.shape.setAttribute("href", `#seat-${seat.state}`);
      if (shape.dataset.taker) seat.shape.dataset.taker = shape.dataset.taker;
      else delete seat.shape.dataset.taker;
      seat.box = now.get(seat.id);
      if (seat.box) seat.box.checked = wasChosen;
      else if (wasChosen) lost.push(seat);
      show(seat);
    }
    tell(lost);
    const looked = current;
    current = null;
    if (looked) look(looked);
  });

  for (const seat of seats) show(seat);
  tell();
  form.querySelector(".errornote")?.focus();
})();
