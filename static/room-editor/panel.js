/* The fields beside the plan: they show the chosen section and write what is typed into the model. */
"use strict";

const list = (text) => text.split(/[,;]+/).map((part) => part.trim()).filter(Boolean);
const whole = (text) => (/^-?\d+$/.test(text.trim()) ? Number(text) : text.trim());

/* Each kind of field: how its value is written into the text, and read from it. undefined: leave it out. */
const KINDS = {
  text: { show: (value) => value ?? "", read: (text) => text.trim() },
  choice: { show: (value) => value ?? "", read: (text) => text || undefined },
  number: { show: (value) => value ?? "", read: (text) => (text.trim() === "" ? undefined : Number(text)) },
  integer: { show: (value) => value ?? "", read: (text) => (text.trim() === "" ? undefined : Number(text)) },
  integers: { show: (value) => (value ?? []).join(", "), read: (text) => (list(text).length ? list(text).map(whole) : undefined) },
  texts: { show: (value) => (value ?? []).join(", "), read: (text) => (list(text).length ? list(text) : undefined) },
  start: {
    show: (value) => value ?? "",
    read: (text) => (text.trim() === "" ? undefined : /^\d+$/.test(text.trim()) ? Number(text) : text.trim().toUpperCase()),
  },
  names: {
    show: (value) => (Array.isArray(value) ? value.join(", ") : ""),
    read: (text, section) => (list(text).length ? list(text) : { count: rowCount(section.layout) }),
  },
  seats: { show: (value) => (Array.isArray(value) ? value.join(", ") : value ?? ""), read: (text, section) => readSeats(text, rowCount(section.layout)) },
};

const ALWAYS = new Set(["x", "y", "rotation", "focus.x", "focus.y"]); // empty means nought

/* 18 · 18, 20, 22 · 18…26 from front to back */
function readSeats(text, rows) {
  const fan = text.match(/^\s*(\d+)\s*(?:…|\.{2,}|–|-|to)\s*(\d+)\s*$/);
  if (fan) {
    const [from, to] = [Number(fan[1]), Number(fan[2])];
    return Array.from({ length: rows }, (_, row) => Math.round(from + ((to - from) * row) / Math.max(rows - 1, 1)));
  }
  const numbers = list(text).flatMap((part) => part.split(/\s+/)).map(whole);
  return numbers.length > 1 ? numbers : numbers[0];
}

function getPath(record, path) { return path.split(".").reduce((value, name) => value?.[name], record); }

function setPath(record, path, value) {
  const names = path.split(".");
  const last = names.pop();
  const holder = names.reduce((inner, name) => (inner[name] ??= {}), record);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  if (path.startsWith("layout.numbering.") && !Object.keys(record.layout.numbering).length) delete record.layout.numbering;
}

class RoomPanel {
  constructor(form, model, shapes) {
    this.form = form;
    this.model = model;
    this.shapes = shapes;
    this.fields = [...form.querySelectorAll("[data-path], [data-plan]")];
    for (const field of this.fields) field.addEventListener("input", () => this.write(field));
    form.querySelector("#room-sections").addEventListener("click", (event) => {
      const button = event.target.closest("[data-index]");
      if (button) model.select(Number(button.dataset.index));
    });
    for (const details of form.querySelectorAll("details")) details.addEventListener("toggle", () => this.showJson());
  }

  get section() { return this.model.section; }

  kindOf(section) {
    if (section.standing != null) return ["standing"];
    return section.layout?.free ? ["free", "seats"] : ["seated", "seats"];
  }

  show() {
    const { section } = this;
    for (const part of this.form.querySelectorAll("[data-needs]")) part.hidden = !section;
    const kinds = section ? this.kindOf(section) : [];
    for (const part of this.form.querySelectorAll("[data-kind]")) part.hidden = !kinds.includes(part.dataset.kind);
    for (const field of this.fields) if (field !== document.activeElement) this.fill(field);
    const isNamed = Array.isArray(section?.layout?.rows);
    for (const field of this.fields) if (field.dataset.path?.startsWith("layout.rows.")) field.disabled = isNamed;
    document.getElementById("room-title").textContent = this.model.document.name;
    document.getElementById("re-chosen").textContent = section?.name || "Section";
    this.showList();
    this.showTotal();
    this.showProblems();
    this.showJson();
  }

  fill(field) {
    const { path, plan, type } = field.dataset;
    if (path && !this.section) return;
    const value = path ? getPath(this.section, path) : getPath(this.model.document, plan);
    field.value = KINDS[type].show(value);
  }

  write(field) {
    const { path, plan, type } = field.dataset;
    let value = KINDS[type].read(field.value, this.section);
    if (value === undefined && ALWAYS.has(path ?? plan)) value = 0;
    this.model.change(`${path ?? plan} of ${this.model.selected}`, (document) => {
      setPath(path ? this.section : document, path ?? plan, value);
      if (path === "layout.rows.count" || path === "layout.rows") this.fitSeats();
    });
  }

  /* As many numbers of seats as there are rows. */
  fitSeats() {
    const { layout } = this.section;
    const rows = rowCount(layout);
    if (!Array.isArray(layout.seats) || !(rows >= 1 && rows <= 200)) return;
    layout.seats = Array.from({ length: rows }, (_, row) => layout.seats[Math.min(row, layout.seats.length - 1)]);
  }

  showList() {
    const holder = this.form.querySelector("#room-sections");
    const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.index : null;
    holder.replaceChildren(...this.model.sections.map((section, index) => {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      const name = Object.assign(document.createElement("span"), { textContent: section.name || "(no name)" });
      const count = Object.assign(document.createElement("span"), { className: "count" });
      count.textContent = `${(this.shapes.of(section)?.places ?? 0).toLocaleString()}${section.standing != null ? " standing" : ""}`;
      button.dataset.index = index;
      button.setAttribute("aria-current", index === this.model.selected);
      button.classList.toggle("is-wrong", this.shapes.isWrong(index));
      button.append(name, count);
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
    if (focused !== null) holder.querySelector(`[data-index="${this.model.selected}"]`)?.focus();
    else if (this.shown !== this.model.selected) this.reveal(holder);
    this.shown = this.model.selected;
    document.getElementById("room-empty").hidden = this.model.sections.length > 0;
  }

  reveal(holder) {
    const current = holder.querySelector('[aria-current="true"]');
    if (current) holder.scrollTop = Math.max(0, current.offsetTop - holder.offsetTop - holder.clientHeight / 2);
  }

  showTotal() {
    let [seats, standing] = [0, 0];
    for (const section of this.model.sections) {
      const places = this.shapes.of(section)?.places ?? 0;
      if (section.standing != null) standing += places;
      else seats += places;
    }
    const parts = [...(seats || !standing ? [`${seats.toLocaleString()} seats`] : []), ...(standing ? [`${standing.toLocaleString()} standing`] : [])];
    const { capacity } = this.shapes;
    const over = seats + standing - capacity;
    document.getElementById("room-total").textContent = parts.join(" + ");
    const note = document.getElementById("room-capacity");
    note.textContent = over > 0 ? `${over.toLocaleString()} more than the house may hold (${capacity.toLocaleString()})` : `of ${capacity.toLocaleString()} that the house may hold`;
    note.classList.toggle("is-over", over > 0);
  }

  showProblems() {
    for (const old of this.form.querySelectorAll(".re-error")) old.remove();
    for (const field of this.fields) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-errormessage"); }
    this.shapes.problems.forEach((problem, index) => {
      if (problem.section !== null && problem.section !== this.model.selected) return;
      const path = problem.where.replace(/^sections\[\d+\]\.?/, "").replace(/\[\d+\]/g, "");
      const field = this.fieldOf(path, problem.section === null);
      const note = Object.assign(document.createElement("p"), { className: "re-error", id: `re-error-${index}`, textContent: field ? problem.reason : `${path}: ${problem.reason}` });
      if (field) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-errormessage", note.id);
        field.closest("label").append(note);
      } else document.getElementById(problem.section === null ? "re-room" : "re-chosen").after(note);
    });
  }

  fieldOf(path, isPlan) {
    const visible = this.fields.filter((field) => !field.closest("[hidden]") && (isPlan ? field.dataset.plan : field.dataset.path));
    const name = (field) => (isPlan ? field.dataset.plan : field.dataset.path);
    return visible.find((field) => name(field) === path && !field.disabled) ?? visible.find((field) => name(field).startsWith(`${path}.`) && !field.disabled);
  }

  showJson() {
    const areas = { "section-json": () => { const { id, ...rest } = this.section ?? {}; return rest; }, "plan-json": () => this.model.document };
    for (const [id, value] of Object.entries(areas)) {
      const area = document.getElementById(id);
      if (area.closest("details").open && area !== document.activeElement) area.value = JSON.stringify(value(), null, 1);
    }
  }
}
