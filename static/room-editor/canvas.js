/* The plan as SVG: draws sections and the focus; moving, turning, curving and marking by mouse, touch and keys. */
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 3;

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

class RoomCanvas {
  constructor(element, model, shapes, { snap, brush, mark }) {
    this.element = element;
    this.model = model;
    this.shapes = shapes; // what the server has said of each section
    this.snap = snap;
    this.brush = brush;
    this.mark = mark;
    this.view = { x: -30, y: -10, width: 60, height: 60 };
    this.isFitted = false;
    this.groups = [];
    this.layers = ["focus", "sections", "guides", "labels", "handles"].map((name) => svg("g", { class: `re-${name}`, ...(name === "sections" ? {} : { "aria-hidden": "true" }) }));
    this.element.append(...this.layers);
    this.pointers = new Map();
    this.listen();
  }

  // Drawing ------------------------------------------------------------------------------------

  draw() {
    const [, sections] = this.layers;
    this.model.sections.forEach((section, index) => this.drawSection(section, index));
    this.groups.splice(this.model.sections.length).forEach(({ group }) => group.remove());
    sections.append(...this.groups.map(({ group }) => group));
    this.drawFocus();
    if (!this.isFitted) this.fit();
    this.drawLabels();
    this.drawHandles();
  }

  drawSection(section, index) {
    const shape = this.shapes.of(section);
    const drawn = this.groups[index];
    const isChosen = index === this.model.selected;
    const key = `${isChosen}|${section.name}|${section.rotation}`;
    const group = drawn?.group ?? svg("g", { class: "re-one", tabindex: 0, role: "button" });
    if (!drawn || drawn.key !== key || (shape && drawn.shape !== shape)) {
      group.replaceChildren(...(shape ? this.paint(section, shape, isChosen) : []));
    }
    group.dataset.index = index;
    group.classList.toggle("is-chosen", isChosen);
    group.classList.toggle("is-wrong", this.shapes.isWrong(index));
    group.setAttribute("aria-pressed", isChosen);
    group.setAttribute("aria-label", `${section.name}, ${(shape?.places ?? 0).toLocaleString()} places`);
    group.setAttribute("transform", `translate(${section.x} ${section.y}) rotate(${section.rotation})`);
    this.groups[index] = { group, key, shape: shape ?? drawn?.shape };
  }

  paint(section, shape, isChosen) {
    if (shape.area) {
      const [width, depth] = shape.area;
      return [
        svg("rect", { class: "ground standing", x: -width / 2, y: 0, width, height: depth, rx: 0.6 }),
        this.label(section, 0, depth / 2, section.name, "name"),
      ];
    }
    const seats = shape.rows.flatMap(([, row]) => row);
    const ground = svg("polygon", { class: "ground", points: outline(shape.rows) });
    const title = svg("title", {}, document.createTextNode(section.name));
    const children = [title, ground, ...paths(seats)];
    if (isChosen) children.splice(2, 0, svg("polygon", { class: "edge", points: outline(shape.rows) }));
    if (!isChosen) {
      const back = Math.max(...seats.map((seat) => seat[2]));
      children.push(this.label(section, 0, (back + Math.min(...seats.map((seat) => seat[2]))) / 2, section.name, "name over"));
      return children;
    }
    for (const [, , x, y] of shape.gaps) children.push(svg("path", { class: "gap", d: `M${x - 0.25} ${y - 0.25}l.5 .5m0-.5l-.5 .5` }));
    return children;
  }

  /* Rows, and the first and last seat of each: of the chosen section only. */
  drawLabels() {
    const section = this.model.section;
    const shape = section && this.shapes.of(section);
    const labels = (shape?.rows ?? []).flatMap(([row, line]) => {
      const ends = [line[0], line[line.length - 1]];
      return [
        ...ends.map(([, x, y], end) => this.label(section, x + (end ? 1.3 : -1.3), y, row, "row")),
        ...[...new Set(ends)].map(([number, x, y]) => this.label(section, x, y, number, "number")),
      ];
    });
    const at = section ? `translate(${section.x} ${section.y}) rotate(${section.rotation})` : "";
    this.layers[3].replaceChildren(svg("g", { transform: at }, ...labels));
  }

  label(section, x, y, text, name) {
    // Upright, however the section is turned.
    const element = svg("text", { class: name, x, y, transform: `rotate(${-section.rotation} ${x} ${y})` });
    element.textContent = text;
    return element;
  }

  drawFocus() {
    const [layer] = this.layers;
    const { kind, x, y } = this.model.document.focus;
    const around = this.bounds(false);
    const width = Math.max(around.width * 0.4, 8);
    const isAmid = kind === "pitch" || kind === "ring";
    const depth = isAmid ? (width * 2) / 3 : kind === "screen" ? 1 : 4;
    const top = isAmid ? y - depth / 2 : Math.min(y, around.y - MARGIN) - depth;
    this.focus = { x: x - width / 2, y: top, width, height: depth };
    const text = svg("text", { x, y: top + depth / 2, class: "focus-name", "font-size": Math.min(depth * 0.6, width / 8) });
    text.textContent = kind[0].toUpperCase() + kind.slice(1);
    layer.replaceChildren(
      svg("line", { class: "centre", x1: x, x2: x, y1: -5000, y2: 5000 }),
      svg("rect", { class: "focus", ...this.focus, rx: Math.min(1, depth / 3) }),
      text,
    );
  }

  drawHandles() {
    const layer = this.layers[4];
    const section = this.model.section;
    const shape = section && this.shapes.of(section);
    layer.replaceChildren();
    if (!shape || this.brush()) return;
    const unit = this.unit();
    const group = svg("g", { transform: `translate(${section.x} ${section.y}) rotate(${section.rotation})`, "aria-hidden": "true" });
    const away = -34 * unit;
    group.append(
      svg("line", { class: "stem", x1: 0, y1: 0, x2: 0, y2: away, "stroke-width": 2 * unit }),
      this.handle("turn", svg("circle", { cx: 0, cy: away, r: 9 * unit }), "Turn"),
    );
    if (shape.rows && !section.layout.free) {
      const front = shape.rows[0][1];
      const [, x, y] = front[front.length - 1];
      const r = 9 * unit;
      const at = x + 30 * unit;
      group.append(this.handle("curve", svg("path", { d: `M${at} ${y - r}L${at + r} ${y}L${at} ${y + r}L${at - r} ${y}z` }), "Curve"));
    }
    layer.append(group);
  }

  handle(name, shape, title) {
    shape.setAttribute("stroke-width", 2 * this.unit());
    const text = svg("title");
    text.textContent = title;
    const group = svg("g", { class: "handle", "data-handle": name }, text, shape);
    return group;
  }

  // The view -----------------------------------------------------------------------------------

  unit() { return Math.max(this.view.width / (this.element.clientWidth || 800), this.view.height / (this.element.clientHeight || 600)); }

  bounds(withFocus = true) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    const include = (x, y) => {
      left = Math.min(left, x); right = Math.max(right, x);
      top = Math.min(top, y); bottom = Math.max(bottom, y);
    };
    for (const section of this.model.sections) {
      const shape = this.shapes.of(section);
      if (!shape) continue;
      const corners = shape.area ? corner(shape.area) : (shape.box ??= box(shape.rows));
      for (const [x, y] of corners) include(...place(section, x, y));
    }
    const { x, y } = this.model.document.focus;
    if (left === Infinity) include(x, y + 6);
    if (withFocus && this.focus) {
      include(this.focus.x, this.focus.y);
      include(this.focus.x + this.focus.width, this.focus.y + this.focus.height);
    }
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  fit() {
    const around = this.bounds();
    this.isFitted = this.model.sections.every((section) => this.shapes.of(section));
    this.look({ x: around.x - 5, y: around.y - 5, width: around.width + 10, height: around.height + 10 });
  }

  look(view) {
    this.view = view;
    this.element.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    const visible = Math.max(view.width, view.height);
    this.element.style.setProperty("--name-size", `${Math.max(visible / 55, 0.9)}px`);
    this.drawHandles();
  }

  zoom(factor, at) {
    const { x, y, width, height } = this.view;
    const size = Math.min(Math.max(width * factor, 8), 2000) / width;
    const point = at ?? { x: x + width / 2, y: y + height / 2 };
    this.look({ x: point.x - (point.x - x) * size, y: point.y - (point.y - y) * size, width: width * size, height: height * size });
  }

  point(event) {
    const matrix = this.element.getScreenCTM().inverse();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  }

  // Hands --------------------------------------------------------------------------------------

  listen() {
    const on = (name, work, options) => this.element.addEventListener(name, work.bind(this), options);
    on("pointerdown", this.down);
    on("pointermove", this.moved);
    on("pointerup", this.up);
    on("pointercancel", this.up);
    on("wheel", (event) => { event.preventDefault(); this.zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, this.point(event)); }, { passive: false });
    on("keydown", this.key);
    on("focusin", (event) => {
      const one = event.target.closest(".re-one");
      if (one && one.matches(":focus-visible")) this.model.select(Number(one.dataset.index));
    });
  }

  down(event) {
    if (event.button) return;
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size === 2) { this.drag = { work: () => {}, pinch: this.spread() }; return; }
    const start = this.point(event);
    const handle = event.target.closest("[data-handle]")?.dataset.handle;
    const one = event.target.closest(".re-one");
    if (handle) this.drag = { work: handle === "turn" ? this.turning() : this.curving() };
    else if (one) this.grab(Number(one.dataset.index), start);
    else this.drag = { work: this.panning(event) };
    this.element.setPointerCapture(event.pointerId);
    if (one) { event.preventDefault(); one.focus({ preventScroll: true }); }
  }

  grab(index, start) {
    const wasChosen = index === this.model.selected;
    this.model.select(index);
    if (this.brush() && wasChosen) {
      this.drag = { work: this.marking() };
      this.drag.work(start);
      return;
    }
    this.drag = { work: this.moving(start) };
  }

  moved(event) {
    if (!this.drag || !this.pointers.has(event.pointerId)) return;
    this.pointers.set(event.pointerId, event);
    if (this.drag.pinch) {
      const now = this.spread();
      this.zoom(this.drag.pinch / now, this.point(event));
      this.drag.pinch = now;
      return;
    }
    this.drag.work(this.point(event), event);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size) return;
    const guides = this.layers[2];
    guides.replaceChildren();
    this.model.last.at = 0; // the next drag is a step of its own
    this.drag = null;
  }

  spread() {
    const [a, b] = [...this.pointers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
  }

  panning(first) {
    let last = first;
    return (_, event) => {
      const unit = this.unit();
      const { x, y, width, height } = this.view;
      this.look({ x: x - (event.clientX - last.clientX) * unit, y: y - (event.clientY - last.clientY) * unit, width, height });
      last = event;
    };
  }

  moving(start) {
    const { x, y } = this.model.section;
    let isMoving = false;
    return (point, event) => {
      const by = { x: point.x - start.x, y: point.y - start.y };
      isMoving ||= Math.hypot(by.x, by.y) > 4 * this.unit();
      if (!isMoving) return;
      this.model.move(...this.snapped(x + by.x, y + by.y, event));
    };
  }

  /* Half seats; the centre line, and the lines of other sections, from a little further away. */
  snapped(x, y, event) {
    const guides = this.layers[2];
    guides.replaceChildren();
    if (!this.snap() || event.altKey) return [x, y];
    const reach = 8 * this.unit();
    const others = this.model.sections.filter((one) => one !== this.model.section);
    const near = (value, lines) => lines.find((line) => Math.abs(line - value) < reach);
    const atX = near(x, [this.model.document.focus.x, ...others.map((one) => one.x)]);
    const atY = near(y, [...others.map((one) => one.y)]);
    if (atX !== undefined) guides.append(svg("line", { x1: atX, x2: atX, y1: -5000, y2: 5000, "stroke-width": this.unit() }));
    if (atY !== undefined) guides.append(svg("line", { y1: atY, y2: atY, x1: -5000, x2: 5000, "stroke-width": this.unit() }));
    return [atX ?? Math.round(x * 2) / 2, atY ?? Math.round(y * 2) / 2];
  }

  turning() {
    return (point, event) => {
      const { x, y } = this.model.section;
      const angle = (Math.atan2(point.y - y, point.x - x) * 180) / Math.PI + 90;
      this.model.turn(this.snap() && !event.altKey ? Math.round(angle / 5) * 5 : Math.round(angle));
    };
  }

  /* The end of the front row follows the hand: the further towards the focus, the rounder. */
  curving() {
    const section = this.model.section;
    const length = reach(this.shapes.of(section), section.layout.radius);
    return (point) => {
      const [, y] = unplace(section, point.x, point.y);
      const radius = radiusFor(length, -y);
      this.model.change("curve", () => {
        if (radius) section.layout.radius = radius;
        else delete section.layout.radius;
      });
    };
  }

  marking() {
    const done = new Set();
    return (point) => {
      const section = this.model.section;
      const shape = this.shapes.of(section);
      if (!shape?.rows) return;
      const [x, y] = unplace(section, point.x, point.y);
      const seats = [...shape.rows.flatMap(([row, line]) => line.map(([number, sx, sy, flags]) => [row, number, sx, sy, flags])), ...shape.gaps];
      const hit = seats.find(([, , sx, sy]) => Math.hypot(sx - x, sy - y) < 0.6);
      if (!hit || done.has(`${hit[0]}\t${hit[1]}`)) return;
      done.add(`${hit[0]}\t${hit[1]}`);
      this.mark(hit[0], hit[1]);
    };
  }

  key(event) {
    const one = event.target.closest(".re-one");
    if (!one) return;
    const step = event.shiftKey ? 5 : event.altKey ? 0.1 : 0.5;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    this.model.select(Number(one.dataset.index));
    const { x, y, rotation } = this.model.section;
    if (moves[event.key]) this.model.move(x + moves[event.key][0], y + moves[event.key][1]);
    else if (event.key === "[" || event.key === "]") this.model.turn(rotation + (event.key === "[" ? -5 : 5));
    else if (event.key === "Delete") this.model.remove();
    else return;
    event.preventDefault();
    this.groups[this.model.selected]?.group.focus({ preventScroll: true });
  }
}

// Geometry, as the server does it -----------------------------------------------------------------

function place({ x, y, rotation }, px, py) {
  const angle = (rotation * Math.PI) / 180;
  return [x + px * Math.cos(angle) - py * Math.sin(angle), y + px * Math.sin(angle) + py * Math.cos(angle)];
}

function unplace({ x, y, rotation }, px, py) {
  const angle = (-rotation * Math.PI) / 180;
  return [(px - x) * Math.cos(angle) - (py - y) * Math.sin(angle), (px - x) * Math.sin(angle) + (py - y) * Math.cos(angle)];
}

function corner([width, depth]) { return [[-width / 2, 0], [width / 2, 0], [width / 2, depth], [-width / 2, depth]]; }

function box(rows) {
  const seats = rows.flatMap(([, row]) => row);
  const [xs, ys] = [seats.map((seat) => seat[1]), seats.map((seat) => seat[2])];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  return [[left, top], [right, top], [right, bottom], [left, bottom]];
}

function outline(rows) {
  const lines = rows.map(([, row]) => row);
  const back = lines[lines.length - 1];
  const middle = lines.slice(1);
  const points = [...lines[0], ...middle.map((row) => row[row.length - 1]), ...[...back].reverse(), ...middle.map((row) => row[0]).reverse()];
  return points.map((seat) => `${seat[1]},${seat[2]}`).join(" ");
}

/* One path for all seats of a kind. */
function paths(seats) {
  const kinds = { seat: "", wheelchair: "", companion: "", restricted: "" };
  for (const [, x, y, flags] of seats) {
    if (flags.includes("w")) kinds.wheelchair += `M${x - 0.4} ${y - 0.4}h.8v.8h-.8z`;
    else if (flags.includes("c")) kinds.companion += `M${x} ${y - 0.46}l.46 .46l-.46 .46l-.46 -.46z`;
    else if (flags.includes("r")) kinds.restricted += `M${x - 0.3} ${y}a.3 .3 0 1 0 .6 0a.3 .3 0 1 0 -.6 0z`;
    else kinds.seat += `M${x} ${y}h0`;
  }
  return Object.entries(kinds).filter(([, d]) => d).map(([kind, d]) => svg("path", { class: kind, d }));
}

/* Half the length of the front row, along the row. */
function reach(shape, radius) {
  const front = shape.rows[0][1];
  const [, x, y] = front[front.length - 1];
  return radius ? Math.abs(Math.atan2(x, y + radius)) * radius : Math.abs(x);
}

/* The radius with which the end of a row comes forward by so much; null: straight. */
function radiusFor(length, forward) {
  if (forward < 0.25 || length <= 0) return null;
  let [low, high] = [(length / Math.PI) * 1.05, 5000];
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    if (middle * (1 - Math.cos(length / middle)) > forward) low = middle;
    else high = middle;
  }
  return Math.round(low * 2) / 2 || 0.5;
}

/* Bend rows anew before the server has answered. */
function bend(shape, from, to) {
  const rows = shape.rows.map(([label, row]) => [label, row.map(([number, x, y, flags]) => {
    let [along, depth] = [x, y];
    if (from) {
      depth = Math.hypot(x, y + from) - from;
      along = Math.atan2(x, y + from) * (from + depth);
    }
    if (!to) return [number, along, depth, flags];
    const angle = along / (to + depth);
    return [number, (to + depth) * Math.sin(angle), (to + depth) * Math.cos(angle) - to, flags];
  })]);
  return { ...shape, rows, gaps: [], box: undefined };
}
