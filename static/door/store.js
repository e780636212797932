/*
 * What a device keeps while the page is closed, in IndexedDB:
 *   documents  the signed lists and their supplements, as they came
 *   queue      what was answered without a network and has not been sent, in its order
 *   marks      who was admitted from here, until a list says so too
 *   conflicts  what the house has said against an answer of this device, until somebody has seen it
 */
"use strict";

Door.store = {
  STORES: { documents: true, queue: true, conflicts: true, marks: false },

  open() {
    this.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("marquee-door", 1);
      request.onupgradeneeded = () => {
        for (const [name, autoIncrement] of Object.entries(this.STORES)) {
          const store = request.result.createObjectStore(name, { keyPath: "key", autoIncrement });
          store.createIndex("event", "event");
        }
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.opened;
  },

  /* Run one request, or several, on one store, and wait until all is written. */
  async run(name, mode, work) {
    const database = await this.open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const request = work(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  },

  all(name) { return this.run(name, "readonly", (store) => store.getAll()); },
  of(name, event) { return this.run(name, "readonly", (store) => store.index("event").getAll(event)); },
  add(name, ...rows) { return this.run(name, "readwrite", (store) => { rows.forEach((row) => store.put(row)); }); },

  remove(name, keys) {
    return this.run(name, "readwrite", (store) => { keys.forEach((key) => store.delete(key)); });
  },

  async forget(name, event) {
    const rows = await this.of(name, event);
    await this.remove(name, rows.map((row) => row.key));
  },
};
