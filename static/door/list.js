/* The list of an event's tickets: fetched while there is a network, verified, and asked when there is none. */
"use strict";

const SUPPLEMENTS = 40; // after so many, the whole list is fetched anew

class TicketList {
  constructor() {
    this.event = Door.config.event;
    this.clear();
  }

  clear() {
    this.tickets = new Map();
    this.byHash = new Map();
    this.marks = new Map();
    this.head = null;
    this.documents = 0;
  }

  get isThere() { return this.head !== null; }

  /* Read what is kept. Whatever does not verify is thrown away, with all that came after it. */
  async load() {
    await this.forgetOld();
    this.clear();
    for (const kept of await Door.store.of("documents", this.event)) {
      if (!await this.take(kept)) {
        this.clear();
        await Door.store.forget("documents", this.event);
        break;
      }
    }
    for (const mark of await Door.store.of("marks", this.event)) this.marks.set(mark.key, mark);
  }

  isSigned({ document, signature }) { return Door.signatures.isOurs(document, Door.signatures.bytes(signature)); }

  async take(kept) { return await this.isSigned(kept) && this.read(kept); }

  /* Read a document that is signed. Returns false if it is another event's, or a supplement to nothing. */
  read({ document }) {
    const list = JSON.parse(document);
    if (list.event !== this.event || (list.since && !this.isThere)) return false;
    const { tickets, ...head } = list;
    this.head = head;
    this.documents += 1;
    for (const [id, hash, why, at, gate, holder, booking, place, offer, note, part] of tickets) {
      const row = { id, hash, why, at, gate, holder, booking, place, offer, note, part };
      this.tickets.set(id, row);
      this.byHash.set(hash, row);
    }
    return true;
  }

  /* Fetch the list, or what is new since. Returns false, and keeps what it has, if what came is not signed by the house. */
  async refresh() {
    const isWhole = !this.isThere || this.documents > SUPPLEMENTS;
    const began = Date.now();
    const url = isWhole ? Door.config.urls.list : `${Door.config.urls.list}?since=${this.head.made_at}`;
    const response = await fetch(url, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(60000) });
    if (!response.ok || response.redirected) throw new Error(`${response.status}`);
    const fetched = await response.json();
    if (!await this.isSigned(fetched)) return false;
    if (isWhole) {
      const { marks } = this;
      this.clear();
      this.marks = marks;
    }
    if (!this.read(fetched)) return false;
    if (isWhole) await Door.store.forget("documents", this.event);
    await Door.store.add("documents", { event: this.event, ...fetched });
    await this.forgetMarks(began);
    return true;
  }

  /* Forget the marks that a list of this moment contains: all of them, unless something waits to be sent. */
  async forgetMarks(before) {
    if ((await Door.store.of("queue", this.event)).length) return;
    const old = [...this.marks.values()].filter((mark) => mark.at < before).map((mark) => mark.key);
    old.forEach((key) => this.marks.delete(key));
    await Door.store.remove("marks", old);
  }

  /* Remember who was let in, or let out again, from here. */
  async mark(ticket, hash, isIn, gate) {
    const marks = [ticket, hash].filter(Boolean).map((what) => (
      { key: `${this.event}:${what}`, event: this.event, isIn, at: Date.now(), gate }
    ));
    marks.forEach((mark) => this.marks.set(mark.key, mark));
    await Door.store.add("marks", ...marks);
  }

  markOf(ticket, hash) { return this.marks.get(`${this.event}:${ticket}`) ?? this.marks.get(`${this.event}:${hash}`); }

  /* Say when and where a ticket was admitted, or null. */
  admission(row, hash) {
    const mark = this.markOf(row?.id, hash ?? row?.hash);
    if (mark) return mark.isIn ? mark : null;
    return row?.at ? { at: row.at, gate: row.gate } : null;
  }

  /* Answer as the house would, as far as the list knows. */
  async judge({ read, ticket, anyway }) {
    let row = this.tickets.get(ticket);
    let hash = row?.hash;
    let isSigned = false;
    if (!ticket) {
      const reading = await Door.signatures.read(read);
      if (reading.isForged) return this.answer("forged");
      if (reading.event && reading.event !== this.event) return this.answer("wrong_event");
      isSigned = Boolean(reading.event);
      hash = reading.code && await Door.signatures.hash(reading.code);
      row = this.byHash.get(hash);
    }
    if (!row && !isSigned) return this.answer("unknown", "unknown_offline", { at: this.head.made_at });
    return this.judgeRow(row, hash, anyway);
  }

  judgeRow(row, hash, anyway) {
    if (this.head.is_cancelled) return this.answer("void", "void_event", {}, row, hash);
    if (row?.why) return this.answer("void", `void_${row.why}`, { at: row.at }, null, hash);
    const admission = this.admission(row, hash);
    if (admission) {
      return this.answer("already", admission.gate ? "already_gate" : "already", admission, row, hash);
    }
    if (!anyway && Date.now() < this.head.doors_at) {
      return this.answer("not_yet", "not_yet", { at: this.head.opens_at }, row, hash);
    }
    return this.answer("admitted", row ? "admitted" : "unlisted", { at: this.head.made_at }, row, hash);
  }

  answer(result, text = result, { at, gate = "" } = {}, row = null, hash = "") {
    const [tone, icon, title] = Door.config.faces[result];
    return {
      result, tone, icon, title, hash,
      text: Door.fill(Door.config.texts[text], { time: at ? Door.moment(at) : "", gate }),
      ticket: row?.id ?? null,
      holder: row?.holder ?? "", place: row?.place ?? "", offer: row?.offer ?? "", note: row?.note ?? "",
    };
  }

  search(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (const row of this.tickets.values()) {
      if (row.why) continue;
      const hay = `${row.holder} ${row.booking} ${row.place}`.toLowerCase();
      if (words.every((word) => hay.includes(word))) {
        const admission = this.admission(row);
        found.push({
          ticket: row.id, holder: row.holder, booking: row.booking, place: row.place, offer: row.offer,
          note: row.note, status: "valid", admitted: admission ? Door.moment(admission.at) : "",
        });
      }
      if (found.length === 30) break;
    }
    return found;
  }

  count() {
    const parts = new Map();
    const all = { name: "All", admitted: 0, expected: 0 };
    for (const row of this.tickets.values()) {
      if (row.why) continue;
      if (!parts.has(row.part)) parts.set(row.part, { name: row.part, admitted: 0, expected: 0 });
      for (const count of [all, parts.get(row.part)]) {
        count.expected += 1;
        count.admitted += this.admission(row) ? 1 : 0;
      }
    }
    return [all, ...[...parts.values()].sort((one, other) => one.name.localeCompare(other.name))];
  }

  /* Delete lists of events that are over, and of this one when somebody says so. */
  async forgetOld() {
    for (const kept of await Door.store.all("documents")) {
      if (JSON.parse(kept.document).forget_at < Date.now()) await this.forget(kept.event);
    }
  }

  async forget(event = this.event) {
    await Door.store.forget("documents", event);
    await Door.store.forget("marks", event);
    if (event === this.event) this.clear();
  }
}
