/* What was answered without a network: kept, sent when it is back, and what the house says to it. */
"use strict";

const AT_ONCE = 50;

class ScanQueue {
  constructor(post) {
    this.post = post;
  }

  async count() { return (await Door.store.all("queue")).length; }

  add(scan) {
    const { event, urls } = Door.config;
    return Door.store.add("queue", { event, url: urls.merge, at: Date.now(), ...scan });
  }

  /* Send all that waits. One run at a time: whoever asks meanwhile waits for it. Returns how many have gone. */
  send() {
    this.sending ??= this.sendAll().finally(() => { this.sending = null; });
    return this.sending;
  }

  async sendAll() {
    let sent = 0;
    for (;;) {
      const waiting = await Door.store.all("queue");
      if (!waiting.length) return sent;
      const batch = waiting.filter((scan) => scan.url === waiting[0].url).slice(0, AT_ONCE);
      const scans = batch.map(({ uid, read, ticket, gate, answered, at }) => (
        { uid, read, ticket, gate, answered, age: Math.max(0, Date.now() - at) }
      ));
      const { merged } = await this.post(batch[0].url, JSON.stringify({ scans }));
      const conflicts = merged.filter((answer) => answer.is_conflict).map((answer) => {
        const scan = batch.find(({ uid }) => uid === answer.uid);
        const who = [answer.holder, answer.place].filter(Boolean).join(", ") || scan?.read || "";
        const text = Door.fill(Door.config.texts.conflict, { here: Door.moment(scan?.at ?? Date.now()), ...answer });
        return { event: batch[0].event, who, text };
      });
      if (conflicts.length) await Door.store.add("conflicts", ...conflicts);
      await Door.store.remove("queue", batch.map((scan) => scan.key));
      sent += batch.length;
    }
  }
}
