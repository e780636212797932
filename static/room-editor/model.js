/* The document that is being drawn: what it says, its history, and the verbs that change it. No DOM in here. */
"use strict";

const HISTORY = 200;
const PAUSE = 900; // changes to one field within so many milliseconds are one step back

class RoomModel extends EventTarget {
  constructor(document) {
    super();
    this.document = document;
    this.selected = document.sections.length ? 0 : -1;
    this.past = [];
    this.future = [];
    this.saved = JSON.stringify(document);
    this.last = { what: null, at: 0 };
  }

  get sections() { return this.document.sections; }
  get section() { return this.sections[this.selected]; }
  get isDirty() { return JSON.stringify(this.document) !== this.saved; }

  /* Change something: "what" names it, so that a stream of changes to the same thing is undone at once. */
  change(what, work) {
    const before = JSON.stringify({ document: this.document, selected: this.selected });
    work(this.document);
    const now = Date.now();
    const goesOn = what && what === this.last.what && now - this.last.at < PAUSE;
    if (!goesOn) {
      this.past.push(before);
      if (this.past.length > HISTORY) this.past.shift();
    }
    this.future = [];
    this.last = { what, at: now };
    this.announce();
  }

  undo() { this.step(this.past, this.future); }
  redo() { this.step(this.future, this.past); }

  step(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify({ document: this.document, selected: this.selected }));
    const { document, selected } = JSON.parse(from.pop());
    this.document = document;
    this.selected = Math.min(selected, document.sections.length - 1);
    this.last = { what: null, at: 0 };
    this.announce();
  }

  select(index) {
    if (index === this.selected) return;
    this.selected = index;
    this.dispatchEvent(new Event("select"));
  }

  announce() { this.dispatchEvent(new Event("change")); }

  /* The server has taken it: sections have ids now, which no step back may lose. */
  settle(document) {
    const ids = new Map(document.sections.map((section) => [section.name, section.id]));
    const name = (text) => {
      const moment = JSON.parse(text);
      for (const section of moment.document.sections) section.id ??= ids.get(section.name);
      return JSON.stringify(moment);
    };
    this.past = this.past.map(name);
    this.future = this.future.map(name);
  }

  // Sections -----------------------------------------------------------------------------------

  add(section) {
    this.change(null, (document) => {
      document.sections.push({ ...section, name: freeName(section.name, this.sections) });
      this.selected = document.sections.length - 1;
    });
  }

  addSeated() {
    this.add({ name: "Section 1", ...this.behind(), rotation: 0, layout: { rows: { count: 10 }, seats: 20 } });
  }

  addStanding() {
    this.add({ name: "Standing 1", ...this.behind(), rotation: 0, standing: 200, layout: { width: 20, depth: 10 } });
  }

  /* A place behind everything that is there. */
  behind() {
    const { x, y } = this.document.focus;
    const ends = this.sections.filter((one) => !one.rotation).map((one) => one.y + depthOf(one) + 4);
    return { x, y: Math.round(Math.max(y + 8, ...ends)) };
  }

  duplicate() {
    const { id, ...copy } = structuredClone(this.section);
    const angle = (copy.rotation * Math.PI) / 180;
    const away = depthOf(copy) + 4;
    this.add({ ...copy, x: tidy(copy.x - Math.sin(angle) * away), y: tidy(copy.y + Math.cos(angle) * away) });
  }

  mirror() {
    const { id, ...copy } = structuredClone(this.section);
    copy.x = tidy(2 * this.document.focus.x - copy.x);
    copy.rotation = tidy((360 - copy.rotation) % 360);
    if (copy.layout) mirrorLayout(copy.layout);
    const sides = { left: "right", right: "left", Left: "Right", Right: "Left", west: "east", east: "west", West: "East", East: "West" };
    copy.name = copy.name.replace(/\b(left|right|west|east)\b/gi, (side) => sides[side] ?? side);
    this.add(copy);
  }

  remove() {
    this.change(null, (document) => {
      document.sections.splice(this.selected, 1);
      this.selected = Math.min(this.selected, document.sections.length - 1);
    });
  }

  reorder(by) {
    const to = this.selected + by;
    if (to < 0 || to >= this.sections.length) return;
    this.change("order", (document) => {
      const [section] = document.sections.splice(this.selected, 1);
      document.sections.splice(to, 0, section);
      this.selected = to;
    });
  }

  move(x, y) {
    this.change("move", () => Object.assign(this.section, { x: tidy(x), y: tidy(y) }));
  }

  turn(rotation) {
    this.change("turn", () => { this.section.rotation = tidy(((rotation % 360) + 360) % 360); });
  }
}

function tidy(value) { return Math.round(value * 100) / 100 + 0; }

function freeName(name, sections) {
  const taken = new Set(sections.map((section) => section.name));
  while (taken.has(name)) {
    const match = name.match(/^(.*?)(\d+)$/);
    name = match ? match[1] + String(Number(match[2]) + 1).padStart(match[2].length, "0") : `${name} 2`;
  }
  return name;
}

function depthOf(section) {
  const layout = section.layout ?? {};
  if (section.standing != null) return layout.depth ?? 10;
  if (layout.free) return Math.max(0, ...layout.free.flatMap(([, seats]) => seats.map((seat) => seat[2])));
  const rows = rowCount(layout);
  return (rows - 1) * (layout.row_spacing ?? 1.8) + (layout.cross_aisles?.length ?? 0) * (layout.aisle_width ?? 2);
}

function rowCount(layout) { return Array.isArray(layout.rows) ? layout.rows.length : layout.rows?.count ?? 1; }

function mirrorLayout(layout) {
  if (layout.free) {
    layout.free = layout.free.map(([label, seats]) => [label, seats.map(([number, x, ...rest]) => [number, 0 - x, ...rest]).reverse()]);
    return;
  }
  const flip = { left: "right", right: "left", undefined: "right" };
  const numbering = layout.numbering ?? {};
  if (numbering.from !== "centre") {
    layout.numbering = { ...numbering, from: flip[numbering.from] };
    if (layout.numbering.from === "left") delete layout.numbering.from;
    if (!Object.keys(layout.numbering).length) delete layout.numbering;
  }
  if (layout.align && layout.align !== "centre") layout.align = flip[layout.align];
  const widest = Array.isArray(layout.seats) ? Math.max(...layout.seats) : layout.seats;
  if (layout.aisles) layout.aisles = layout.aisles.map((after) => widest - after).reverse();
}

/* Write seats as ranges, as people do: A1-A4, A7. "numbers" are all numbers of each row. */
function writeSeats(marked, numbers) {
  const names = [];
  for (const [row, all] of numbers) {
    const sorted = [...all].sort((a, b) => a - b);
    const wanted = sorted.filter((number) => marked.has(`${row}\t${number}`));
    if (wanted.length === sorted.length && wanted.length > 1) { names.push(row); continue; }
    const seat = (number) => (/\d$/.test(row) ? `${row}:${number}` : `${row}${number}`);
    let from = null;
    sorted.forEach((number, index) => {
      const isIn = marked.has(`${row}\t${number}`);
      if (isIn && from === null) from = number;
      const goesOn = index + 1 < sorted.length && marked.has(`${row}\t${sorted[index + 1]}`);
      if (isIn && !goesOn) {
        names.push(from === number ? seat(number) : `${seat(from)}-${seat(number)}`);
        from = null;
      }
    });
  }
  return names;
}
