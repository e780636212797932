/*
 * The service worker of the door: without a network, it serves the pages and files that it has.
 *
 * What is asked while scanning is none of its business: the page knows when the house does not answer.
 */
"use strict";

const FILES_KEPT = `door-files-${self.VERSION}`;
const PAGES_KEPT = "door-pages";
const PATIENCE = 4000; // milliseconds
const LASTS = /\.[0-9a-f]{12}\.\w+$/; // the name changes with what is in the file

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(FILES_KEPT).then((files) => files.addAll(self.FILES)));
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("door-files-") && name !== FILES_KEPT;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const find = async (request, name) => {
  const cache = await caches.open(name);
  return cache.match(request, { ignoreSearch: true, ignoreVary: true });
};

const networkFirst = async (request, name) => {
  const kept = await find(request, name);
  if (!kept) return fetch(request);
  const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE, kept); });
  return Promise.race([fetch(request).catch(() => kept), patience]);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(networkFirst(request, PAGES_KEPT));
  } else if (self.FILES.includes(url.pathname)) {
    event.respondWith(LASTS.test(url.pathname)
      ? find(request, FILES_KEPT).then((kept) => kept ?? fetch(request))
      : networkFirst(request, FILES_KEPT));
  }
});
