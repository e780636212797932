/* The drawing page: model, canvas and panel put together; previews, saving, keys. */
"use strict";

const DELAY = 200; // milliseconds of rest before the server is asked

/* What the server has said of each layout. While it is being asked, the last drawing of a section stays. */
class RoomShapes {
  constructor({ capacity, preview }, token) {
    this.capacity = capacity;
    this.url = preview;
    this.token = token;
    this.known = new Map();
    this.latest = new Map();
    this.problems = [];
  }

  key({ layout, standing }) { return JSON.stringify([layout, standing]); }

  of(section) {
    const shape = this.known.get(this.key(section));
    if (shape) {
      const { radius, ...rest } = section.layout ?? {};
      this.latest.set(section.name, { shape, radius, rest: JSON.stringify(rest) });
      return shape;
    }
    const last = this.latest.get(section.name);
    if (!last) return undefined;
    const { radius, ...rest } = section.layout ?? {};
    const isBent = last.shape.rows && radius !== last.radius && JSON.stringify(rest) === last.rest;
    return isBent && !(typeof radius === "number" && radius <= 0) ? bend(last.shape, last.radius, radius) : last.shape;
  }

  isWrong(index) { return this.problems.some((problem) => problem.section === index); }

  async ask(document) {
    const keys = document.sections.map((section) => this.key(section));
    const only = keys.flatMap((key, index) => (this.known.has(key) || keys.indexOf(key) !== index ? [] : [index]));
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ document, only }),
    });
    if (!response.ok) throw new Error(String(response.status));
    const { problems, sections } = await response.json();
    this.problems = problems;
    sections.forEach((shape, index) => { if (shape?.rows || shape?.area) this.known.set(keys[index], shape); });
  }
}

class RoomEditor {
  constructor(form) {
    const data = JSON.parse(document.getElementById("room-document").textContent);
    this.form = form;
    this.version = data.version;
    this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.model = new RoomModel(data.document);
    this.shapes = new RoomShapes(data, this.token);
    this.canvas = new RoomCanvas(document.getElementById("room-canvas"), this.model, this.shapes, {
      snap: () => document.getElementById("room-snap").checked,
      brush: () => form.querySelector("[name=brush]:checked").value,
      mark: (row, number) => this.mark(row, number),
    });
    this.panel = new RoomPanel(form, this.model, this.shapes);
    this.listen();
    this.changed();
  }

  listen() {
    this.model.addEventListener("change", () => this.changed());
    this.model.addEventListener("select", () => this.show());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
    this.form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button && button.type !== "submit") this.act(button.dataset.do, event);
    });
    for (const brush of this.form.querySelectorAll("[name=brush]")) {
      brush.addEventListener("change", () => {
        document.getElementById("room-canvas").classList.toggle("is-marking", Boolean(brush.value));
        this.canvas.drawHandles();
      });
    }
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("beforeunload", (event) => { if (this.model.isDirty) event.preventDefault(); });
  }

  act(name, event) {
    const { model, canvas } = this;
    const acts = {
      undo: () => model.undo(),
      redo: () => model.redo(),
      "zoom-in": () => canvas.zoom(1 / 1.3),
      "zoom-out": () => canvas.zoom(1.3),
      fit: () => canvas.fit(),
      "add-seated": () => this.add(() => model.addSeated()),
      "add-standing": () => this.add(() => model.addStanding()),
      duplicate: () => this.add(() => model.duplicate()),
      mirror: () => this.add(() => model.mirror()),
      up: () => model.reorder(-1),
      down: () => model.reorder(1),
      delete: () => model.remove(),
      "apply-section": () => this.apply("section-json", (value) => model.change(null, (plan) => {
        const { id } = model.section;
        plan.sections[model.selected] = { ...(id ? { id } : {}), ...value };
      })),
      "apply-plan": () => this.apply("plan-json", (value) => model.change(null, () => {
        model.document = { focus: { kind: "stage", x: 0, y: 0 }, ...value };
        model.selected = Math.min(model.selected, value.sections.length - 1);
        canvas.isFitted = false;
      })),
      download: () => { if (model.isDirty) { event.preventDefault(); this.download(); } },
    };
    acts[name]();
  }

  add(work) {
    work();
    this.canvas.isFitted = false;
    const name = this.form.querySelector('[data-path="name"]');
    name.focus({ preventScroll: true });
    name.select();
  }

  apply(id, use) {
    try {
      const value = JSON.parse(document.getElementById(id).value);
      if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("expected an object, {…}.");
      if (id === "plan-json" && !Array.isArray(value.sections)) throw new Error("“sections” is missing.");
      use(value);
      this.alert("");
    } catch (error) {
      this.alert(`This text cannot be used: ${error.message}`);
    }
  }

  key(event) {
    const isTyping = event.target.matches("textarea");
    if (!(event.ctrlKey || event.metaKey) || isTyping) return;
    const name = event.key.toLowerCase();
    if (name === "s") this.save();
    else if (name === "z" && event.shiftKey) this.model.redo();
    else if (name === "z") this.model.undo();
    else if (name === "y") this.model.redo();
    else return;
    document.activeElement?.blur?.();
    event.preventDefault();
  }

  // Seats --------------------------------------------------------------------------------------

  mark(row, number) {
    const field = this.form.querySelector("[name=brush]:checked").value;
    const { section } = this.model;
    const shape = this.shapes.of(section);
    const flag = { wheelchair: "w", companion: "c", restricted_view: "r" }[field];
    if (section.layout.free) { this.markFree(row, number, flag); return; }
    const numbers = new Map(shape.rows.map(([label, line]) => [label, line.map(([one]) => Number(one))]));
    for (const [label, one] of shape.gaps) numbers.set(label, [...(numbers.get(label) ?? []), Number(one)]);
    const flagged = (letter) => new Set(shape.rows.flatMap(([label, line]) => line.filter((seat) => seat[3].includes(letter)).map(([one]) => `${label}\t${one}`)));
    const marked = field === "gaps" ? new Set(shape.gaps.map(([label, one]) => `${label}\t${one}`)) : flagged(flag);
    const seat = `${row}\t${number}`;
    if (!marked.delete(seat)) marked.add(seat);
    const rival = { wheelchair: "companion", companion: "wheelchair" }[field];
    this.model.change(`mark ${field}`, () => {
      this.writeSeats(field, marked, numbers);
      const others = rival && flagged({ wheelchair: "w", companion: "c" }[rival]);
      if (rival && others.delete(seat)) this.writeSeats(rival, others, numbers);
    });
    this.ask(); // at once: what comes next starts from it
  }

  writeSeats(field, marked, numbers) {
    const names = writeSeats(marked, numbers);
    if (names.length) this.model.section.layout[field] = names;
    else delete this.model.section.layout[field];
  }

  markFree(row, number, flag) {
    this.model.change(`mark ${flag}`, () => {
      const seat = this.model.section.layout.free.find(([label]) => label === row)[1].find(([one]) => one === number);
      const flags = new Set(seat[3] ?? "");
      if (!flags.delete(flag)) flags.add(flag);
      if (flag === "w") flags.delete("c");
      if (flag === "c") flags.delete("w");
      seat.splice(3, 1, ...(flags.size ? [[...flags].join("")] : []));
    });
  }

  // The server ---------------------------------------------------------------------------------

  changed() {
    this.show();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), DELAY);
  }

  show() {
    this.canvas.draw();
    this.panel.show();
    for (const [name, moments] of [["undo", this.model.past], ["redo", this.model.future]]) {
      this.form.querySelector(`[data-do=${name}]`).disabled = !moments.length;
    }
    this.status();
  }

  status(text) {
    const count = this.shapes.problems.length;
    const state = count ? `${count} ${count === 1 ? "problem" : "problems"}` : this.model.isDirty ? "Not saved yet" : "Saved";
    const status = document.getElementById("room-status");
    status.textContent = text ?? state;
    status.classList.toggle("is-wrong", count > 0);
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.isAsking) { this.isStale = true; return; }
    this.isAsking = true;
    try {
      await this.shapes.ask(this.model.document);
      this.show();
    } catch {
      this.status("The preview does not answer: is the connection there?");
    }
    this.isAsking = false;
    if (this.isStale) { this.isStale = false; this.ask(); }
  }

  async save() {
    this.status("Saving …");
    const text = JSON.stringify(this.model.document);
    try {
      const response = await fetch(this.form.action, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ version: this.version, document: this.model.document }),
      });
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      const answer = isJson ? await response.json() : { message: "The server did not take it. Are you still signed in?" };
      if (response.ok) this.saved(answer, text);
      else this.refused(answer);
    } catch {
      this.refused({ message: "The server does not answer: is the connection there?" });
    }
  }

  saved({ version, document: written }, text) {
    this.version = version;
    this.model.settle(written);
    written.sections.forEach((section, index) => {
      const mine = this.model.sections[index];
      if (mine && mine.name === section.name) mine.id = section.id;
    });
    if (JSON.stringify(JSON.parse(text).sections.map(({ id, ...rest }) => rest)) === JSON.stringify(this.model.sections.map(({ id, ...rest }) => rest))) this.model.saved = JSON.stringify(this.model.document);
    this.alert("");
    this.show();
  }

  refused({ code, message, problems = [] }) {
    this.shapes.problems = problems;
    const first = problems.find((problem) => problem.section !== null);
    if (first) this.model.selected = first.section;
    this.show();
    this.status("Not saved");
    const advice = { plan_changed: " Yours is still here: export it, open the page again to see theirs, and put yours in as JSON if it shall win.", sections_in_use: " Nothing was saved.", seats_in_use: " Nothing was saved." };
    this.alert(code === "plan_invalid" ? `Nothing was saved. ${message}` : message + (advice[code] ?? ""));
  }

  alert(text) {
    const alert = document.getElementById("room-alert");
    alert.textContent = text;
    alert.hidden = !text;
    if (text) alert.scrollIntoView({ block: "nearest" });
  }

  download() {
    const { sections, ...head } = this.model.document;
    const plain = { ...head, sections: sections.map(({ id, ...rest }) => rest) };
    const url = URL.createObjectURL(new Blob([JSON.stringify(plain)], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: `${plain.name}.json` });
    link.click();
    URL.revokeObjectURL(url);
  }
}

const roomForm = document.getElementById("room");
if (roomForm) new RoomEditor(roomForm);
