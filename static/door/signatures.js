/* Codes and signatures: what bookings/signing.py knows, without a network. Shared by all scripts of the door: Door. */
"use strict";

const Door = { config: JSON.parse(document.getElementById("door-config").textContent) };

Door.byId = (id) => document.getElementById(id);

Door.fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/* Write a moment on the venue's clock: the time, and the day where it is not today. */
Door.moment = (milliseconds) => {
  const zone = { timeZone: Door.config.zone };
  const day = (at) => at.toLocaleDateString("en-GB", { ...zone, day: "numeric", month: "long" });
  const at = new Date(milliseconds);
  const time = at.toLocaleTimeString("en-GB", { ...zone, hour: "2-digit", minute: "2-digit" });
  return day(at) === day(new Date()) ? time : `${time} on ${day(at)}`;
};

Door.signatures = {
  bytes: (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),

  /* Verify with the browser's own Ed25519; where it has none, with the vendored one. */
  async verify(key, signature, message) {
    try {
      const native = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", native, signature, message);
    } catch (error) {
      const { verifyAsync } = await import(Door.config.files.ed25519);
      return verifyAsync(signature, message, key).catch(() => false);
    }
  },

  /* Whether any key of the house has signed this text. */
  async isOurs(text, signature) {
    const message = new TextEncoder().encode(text);
    for (const key of Door.config.keys) {
      if (await this.verify(this.bytes(key), signature, message)) return true;
    }
    return false;
  },

  fromBase32(text) {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bytes = [];
    let bits = 0;
    let value = 0;
    for (const letter of text) {
      value = ((value << 5) | letters.indexOf(letter)) & 0xfff;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.push((value >> bits) & 0xff);
      }
    }
    return Uint8Array.from(bytes);
  },

  async hash(code) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
    return btoa(String.fromCharCode(...new Uint8Array(digest).subarray(0, 16)));
  },

  /* Understand what was read, as signing.read does: its code, its event if it is signed, whether it is forged. */
  async read(text) {
    const { prefix, signed, typed } = Door.config.patterns;
    const plain = text.slice(0, 400).toUpperCase().replace(/\s/g, "");
    if (plain.startsWith(`${prefix}.`)) {
      const match = plain.match(new RegExp(`^${signed}$`));
      if (!match) return { isForged: true };
      const [, event, code, signature] = match;
      if (!await this.isOurs(`${prefix}.${event}.${code}`, this.fromBase32(signature))) return { isForged: true };
      return { code, event: Number(event) };
    }
    const bare = plain.replaceAll("-", "");
    return { code: new RegExp(`^${typed}$`).test(bare) ? bare : "" };
  },
};
