/* The door's page: what comes in by camera, scanner, keyboard or search goes to the house, or is answered from the list. */
"use strict";

const { urls } = Door.config;
const ANSWERS_WITHIN = 4000; // milliseconds; then the list answers
const LOOKS_IN = 5000; // milliseconds between two looks at the counts
const LIST_LASTS = 60000; // milliseconds until the list is fetched anew
const REMEMBERED = 8; // last scans

class NoNetwork extends Error {}
class LoggedOut extends Error {}

const element = (tag, { text = "", ...properties } = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const icon = (name, className) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${Door.config.files.icons}#${name}`);
  svg.append(use);
  return svg;
};

const makeUid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// The house ------------------------------------------------------------------------------------

const token = () => document.cookie.match(new RegExp(`(?:^|; )${Door.config.cookie}=([^;]+)`))?.[1]
  ?? document.querySelector("[name=csrfmiddlewaretoken]").value;

/* Ask the house. Raises NoNetwork if it does not answer, or somebody else does; LoggedOut if it does not know us any more. */
const ask = async (url, { body, within = ANSWERS_WITHIN } = {}) => {
  const headers = { Accept: "application/json", ...(body ? { "X-CSRFToken": token() } : {}) };
  let response;
  try {
    response = await fetch(url, { method: body ? "POST" : "GET", body, headers, signal: AbortSignal.timeout(within) });
  } catch (error) {
    throw new NoNetwork();
  }
  if (response.redirected || response.status === 403) throw new LoggedOut();
  if (response.status >= 500) throw new NoNetwork();
  return response.json().catch(() => { throw new NoNetwork(); });
};

const list = new TicketList();
const queue = new ScanQueue((url, body) => ask(url, { body, within: 20000 }));
const state = { isOnline: navigator.onLine, waiting: 0, keepsList: window.isSecureContext, listAt: 0, fromList: false };

const warn = (...content) => {
  const box = Door.byId("warning");
  box.hidden = !content.length;
  box.replaceChildren(...content);
};

const says = (error) => {
  state.isOnline = error instanceof LoggedOut;
  if (error instanceof LoggedOut) {
    const way = element("a", { text: "Log in again", href: `${urls.login}?next=${encodeURIComponent(urls.scanner)}` });
    warn("You are logged out, or may not admit. Answers come from the list. ", way);
  } else if (!(error instanceof NoNetwork)) {
    throw error;
  }
};

const isBack = () => { state.isOnline = true; warn(); };

const showLink = async () => {
  state.waiting = await queue.count().catch(() => 0);
  const words = [state.isOnline ? "Online" : "No network"];
  if (state.waiting) words.push(`${state.waiting} to send`);
  document.body.classList.toggle("is-offline", !state.isOnline);
  Door.byId("link-state").hidden = false;
  Door.byId("link-words").textContent = words.join(" · ");
};

// Scanning -------------------------------------------------------------------------------------

const gate = () => Door.byId("gate").value.trim();

const formOf = (scan) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(scan)) if (value) body.append(name, value === true ? "1" : value);
  return body;
};

/* What was answered without a network has to go first: the house would admit the same ticket again. */
const answerOnline = async (scan, url) => {
  if (!state.isOnline && list.isThere) throw new NoNetwork(); // known already: nobody waits for it at the door
  if (state.waiting) await sendWaiting();
  const answer = await ask(url, { body: formOf(scan) });
  if (answer.errors) {
    const [tone, name, title] = Door.config.faces.unknown;
    return { result: "unknown", tone, icon: name, title, text: Object.values(answer.errors).flat().join(" ") };
  }
  isBack();
  if (state.keepsList && ["admitted", "undone"].includes(answer.result)) {
    const hash = list.tickets.get(answer.ticket)?.hash;
    await list.mark(answer.ticket, hash ?? await hashOf(scan.read), answer.result === "admitted", scan.gate);
  }
  return answer;
};

const hashOf = async (read) => {
  const code = read && (await Door.signatures.read(read)).code;
  return code ? Door.signatures.hash(code) : "";
};

const answerFromList = async (scan, url) => {
  if (!list.isThere) {
    return { result: "", tone: "wait", icon: "exclamation-triangle", title: "No network", text: Door.config.texts.no_list };
  }
  let answer;
  if (url === urls.undo) {
    const row = list.tickets.get(scan.ticket);
    answer = list.answer("undone", "undone", {}, row, row?.hash);
  } else {
    answer = await list.judge(scan);
  }
  if (["admitted", "undone"].includes(answer.result)) {
    await list.mark(answer.ticket, answer.hash, answer.result === "admitted", scan.gate);
  }
  await queue.add({ uid: scan.uid, read: scan.read ?? "", ticket: scan.ticket ?? null, gate: scan.gate, answered: answer.result });
  return answer;
};

let busy = Promise.resolve();

/* One after the other: a scanner is faster than a network. */
const show = (what, url = urls.scan) => {
  busy = busy.then(async () => {
    const scan = { uid: makeUid(), gate: gate(), ...what };
    let answer;
    try {
      answer = await answerOnline(scan, url);
    } catch (error) {
      says(error);
      answer = await answerFromList(scan, url);
    }
    answers.show(answer, { isFleeting: camera?.isOn });
    if (camera) camera.isPaused = answer.tone !== "good";
    remember(answer, scan);
    await showLink();
    showCounts();
  }).catch((error) => { warn(`Something went wrong: ${error.message}. Try once more.`); });
  return busy;
};

const answers = new AnswerScreen({
  onNext: () => {
    if (camera) camera.isPaused = false;
    if (matchMedia("(pointer: fine)").matches) Door.byId("read").focus();
  },
  onUndo: ({ ticket }) => show({ ticket }, urls.undo),
  onAnyway: ({ ticket }) => show({ ticket, anyway: true }),
});

Door.byId("scan").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = Door.byId("read");
  const read = field.value.trim();
  field.value = "";
  if (read) show({ read });
  else field.focus();
});

/*
 * Scanners type into whatever page is open, and end with Enter: no field needs to be touched. Where somebody has left the
 * cursor in another field than that of codes, a signed code is taken out of it again.
 */
const typed = { text: "", at: 0, before: "" };
const TOGETHER = { page: 1500, field: 300 }; // milliseconds between two keys of one code
const signedAtEnd = new RegExp(`${Door.config.patterns.signed}$`, "i");

const takeTyped = (field) => {
  const [code] = field ? typed.text.match(signedAtEnd) ?? [] : [typed.text];
  if (!code || code.length < 4) return "";
  if (field) {
    field.value = typed.before + typed.text.slice(0, -code.length);
    field.dispatchEvent(new Event("input"));
  }
  typed.text = "";
  return code;
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input");
  if (field?.id === "read" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.timeStamp - typed.at > TOGETHER[field ? "field" : "page"]) {
    Object.assign(typed, { text: "", before: field?.value ?? "" });
  }
  typed.at = event.timeStamp;
  if (event.key === "Enter") {
    const read = takeTyped(field);
    if (!read) return;
    event.preventDefault();
    show({ read });
  } else if (event.key.length === 1 && (field || event.key !== " ")) {
    typed.text += event.key;
  }
});

// The last scans ---------------------------------------------------------------------------------

const remembered = [];

const remember = (answer, scan) => {
  const read = (scan.read ?? "").replace(/^\w+\.\d+\.(\w{16})\..*$/, "$1").slice(0, 30); // of a signed code, the ticket's
  const latest = { ...answer, read, time: Door.moment(Date.now()) };
  remembered.unshift(latest);
  remembered.length = Math.min(remembered.length, REMEMBERED);
  const rows = remembered.map((one, index) => {
    const who = [one.holder, one.place].filter(Boolean).join(", ") || one.read;
    const row = element("li", {},
      icon(one.icon, `icon tone-${one.tone}`),
      element("span", { className: "said" }, element("strong", { text: one.title }), ` ${one.time}`, element("br"), who));
    if (index === 0 && one.result === "admitted" && one.ticket) {
      const button = element("button", { type: "button", className: "dark", text: "Undo" });
      button.addEventListener("click", () => show({ ticket: one.ticket }, urls.undo));
      row.append(button);
    }
    return row;
  });
  Door.byId("last").replaceChildren(...rows);
  Door.byId("last-part").hidden = false;
};

// Looking up -------------------------------------------------------------------------------------

Door.byId("find").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = Door.byId("q").value.trim();
  let found;
  try {
    ({ found } = await ask(`${urls.find}?q=${encodeURIComponent(text)}`));
    isBack();
  } catch (error) {
    says(error);
    found = list.search(text);
  }
  const rows = found.map((row) => element("li", {}, describe(row), wayFor(row)));
  if (!rows.length) rows.push(element("li", { text: "Nobody of this name has a ticket for this event." }));
  Door.byId("found").replaceChildren(...rows);
  Door.byId("found-part").hidden = false;
  Door.byId("found-head").focus();
  showLink();
});

const describe = ({ holder, place, offer, note, booking }) => element("div", {},
  element("strong", { text: holder || "No name" }), element("br"), `${place} · ${offer}`,
  ...(note ? [element("br"), note] : []), element("br"), element("span", { className: "soft", text: booking }));

const wayFor = ({ ticket, holder, place, status, admitted }) => {
  if (status !== "valid") return element("span", { className: "dead", text: status === "held" ? "Not paid" : "Void" });
  const [text, className, url] = admitted ? ["Undo", "dark", urls.undo] : ["Admit", "big light", urls.scan];
  const button = element("button", { type: "button", className, text });
  button.append(element("span", { className: "off-screen", text: ` ${holder}, ${place}` }));
  button.addEventListener("click", () => {
    Door.byId("found-part").hidden = true;
    Door.byId("q").value = "";
    show({ ticket }, url);
  });
  const way = element("form", {}, button);
  if (admitted) way.prepend(element("span", { className: "in", text: `In since ${admitted}` }));
  return way;
};

// Who is in --------------------------------------------------------------------------------------

const drawCounts = (sections) => {
  Door.byId("counts").replaceChildren(...sections.map(({ name, admitted, expected }) => {
    const meter = element("meter", { min: 0, max: expected || 1, value: admitted });
    meter.setAttribute("aria-hidden", "true");
    return element("li", {},
      element("span", { className: "count-name", text: name }), " ",
      element("span", { className: "count-of" }, element("strong", { text: String(admitted) }), ` of ${expected}`), " ", meter);
  }));
};

const showCounts = async () => {
  try {
    const { sections } = await ask(urls.counts);
    isBack();
    drawCounts(sections);
  } catch (error) {
    says(error);
    if (list.isThere) drawCounts(list.count());
  }
};

// The list, the queue, what came back --------------------------------------------------------------

const showList = () => {
  const { head, tickets } = list;
  Door.byId("list-says").textContent = head
    ? `List of ${Door.moment(head.made_at)}: ${tickets.size.toLocaleString("en")} tickets, signed by this house. The door goes on without a network.`
    : "This device has no list: without a network, it cannot answer.";
};

const refreshList = async () => {
  if (!state.keepsList) return;
  try {
    const isSigned = await list.refresh();
    state.listAt = Date.now();
    if (isSigned) showList();
    else Door.byId("list-says").textContent = "The list that came is not signed by this house, so it is not used.";
  } catch (error) {
    if (error instanceof TypeError || error.name === "TimeoutError") state.isOnline = false;
  }
};

const showConflicts = async () => {
  const rows = await Door.store.of("conflicts", Door.config.event);
  Door.byId("conflicts").replaceChildren(...rows.map(({ who, text }) => (
    element("li", {}, element("span", {}, element("strong", { text: who }), element("br"), text)))));
  Door.byId("conflicts-part").hidden = !rows.length;
};

const sendWaiting = async () => {
  const sent = await queue.send();
  if (sent) {
    state.waiting = 0;
    await showConflicts();
    await refreshList();
  }
};

const lookIn = async () => {
  if (document.visibilityState === "visible") {
    await showCounts();
    if (state.isOnline && state.waiting) await sendWaiting().catch(says);
    if (state.isOnline && Date.now() - state.listAt > LIST_LASTS) await refreshList();
    await showLink();
  }
  setTimeout(lookIn, LOOKS_IN);
};

window.addEventListener("online", () => { showCounts().then(() => state.waiting && sendWaiting()).then(showLink, says); });
window.addEventListener("offline", () => { state.isOnline = false; showLink(); });

Door.byId("refresh").addEventListener("click", () => {
  state.keepsList = window.isSecureContext;
  refreshList().then(showLink);
});

Door.byId("forget").addEventListener("click", async () => {
  if (await queue.count()) {
    warn("Some scans have not been sent yet. Wait for the network, then forget the list.");
    return;
  }
  state.keepsList = false;
  await list.forget();
  await Door.store.forget("conflicts", Door.config.event);
  showConflicts();
  Door.byId("list-says").textContent = "The list is deleted from this device.";
});

Door.byId("conflicts-seen").addEventListener("click", async () => {
  await Door.store.forget("conflicts", Door.config.event);
  showConflicts();
});

// The device -------------------------------------------------------------------------------------

const camera = Camera.isPossible ? new Camera(Door.byId("video"), {
  onRead: (read) => show({ read }),
  onStop: () => showCamera(),
}) : null;

const showCamera = () => {
  Door.byId("view").hidden = !camera.isOn;
  Door.byId("camera-start").hidden = camera.isOn;
  Door.byId("camera-stop").hidden = !camera.isOn;
  Door.byId("torch").hidden = !camera.isOn || !camera.hasTorch;
};

if (camera) {
  Door.byId("camera").hidden = false;
  Door.byId("camera-start").addEventListener("click", async () => {
    Door.byId("camera-says").textContent = "";
    Door.byId("view").hidden = false;
    try {
      await camera.start();
    } catch (error) {
      camera.stop();
      Door.byId("camera-says").textContent = error.name === "NotAllowedError"
        ? "The camera may not be used: allow it in the browser’s settings for this site."
        : "The camera does not start. Type the code, or look the name up.";
    }
    showCamera();
  });
  Door.byId("camera-stop").addEventListener("click", () => camera.stop());
  Door.byId("torch").addEventListener("click", ({ currentTarget }) => {
    const isOn = currentTarget.getAttribute("aria-pressed") !== "true";
    currentTarget.setAttribute("aria-pressed", String(isOn));
    camera.torch(isOn).catch(() => { currentTarget.hidden = true; });
  });
}

for (const kind of ["pointerdown", "keydown"]) {
  document.addEventListener(kind, () => Door.signals.wake(), { capture: true });
}

const kept = { gate: "door-gate", sound: "door-sound" };
const gateField = Door.byId("gate");
gateField.value ||= localStorage.getItem(kept.gate) ?? "";
gateField.addEventListener("input", () => localStorage.setItem(kept.gate, gate()));
const soundBox = Door.byId("sound");
soundBox.checked = Door.signals.isOn = localStorage.getItem(kept.sound) !== "off";
soundBox.addEventListener("change", () => {
  Door.signals.isOn = soundBox.checked;
  localStorage.setItem(kept.sound, soundBox.checked ? "on" : "off");
});
Door.byId("device").hidden = false;
// On a phone, the keyboard would hide half of the page.
if (!matchMedia("(pointer: fine)").matches && !answers.isOpen) document.activeElement?.blur();

/* Keep the pages for when there is no network: the worker serves them, we bring them. */
const keepPages = async () => {
  await navigator.serviceWorker.register(urls.worker, { scope: urls.scope });
  await navigator.serviceWorker.ready;
  const pages = await caches.open("door-pages");
  for (const url of [urls.scanner, urls.scope]) {
    const page = await fetch(url);
    if (page.ok && !page.redirected) await pages.put(url, page);
  }
};

(async () => {
  if (window.isSecureContext) {
    navigator.storage?.persist?.();
    await list.load();
    showList();
    await showConflicts();
    if ("serviceWorker" in navigator) keepPages().catch(() => {});
  } else {
    Door.byId("list-says").textContent = "This page came over an unsafe connection: camera and list need https.";
  }
  await showLink();
  await lookIn();
  document.documentElement.dataset.ready = "yes";
})();
