// The service worker: with it the page opens where the server can't be reached, and shows what was seen last.
//
// It keeps one index.html and the files that this one names, all of which have a hash of what is in them in their name.
// What is said and who one is never passes through here.

"use strict";

// Another way of keeping things is another name: what was kept under the others goes.
const CACHE = "partyline-1";
const INDEX = "/";
// As the server tells them apart (server/src/transport/page.rs).
const HASHED = /[-_.][0-9a-f]{8,16}[-_.]/;
// A network that is there and doesn't answer mustn't keep the page from opening.
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
    // The page that registers this one talks to the server already: nothing of it waits for this.
    event.waitUntil(fetch(INDEX, { cache: "no-store" }).then(keepIndex).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
    const old = (name) => name.startsWith("partyline-") && name !== CACHE;
    event.waitUntil(
        caches
            .keys()
            .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
            .then(() => self.clients.claim()),
    );
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    // Anything else (/ws, /api, /healthz, /metrics, the manifest) is between the page and the server.
    if (request.mode === "navigate" && (url.pathname === INDEX || url.pathname.startsWith("/r/"))) {
        event.respondWith(navigate(event));
    } else if (HASHED.test(url.pathname)) {
        event.respondWith(asset(request));
    }
});

// What a page couldn't show itself is shown by this one, and what is chosen of it leads back to a page: one that can be
// seen rather than another, a new one where there is none.
self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(lead(event.notification.data));
});

async function lead(path) {
    const pages = await self.clients.matchAll({ type: "window" });
    const page = pages.find((page) => page.visibilityState === "visible") || pages[0];
    if (!page) return self.clients.openWindow(path);
    page.postMessage(path);
    return page.focus();
}

// The network first, so that a new version is there at once; what was kept where that fails, errs, or takes too long.
async function navigate(event) {
    const answer = fetch(event.request);
    const kept = answer.then((response) => keepIndex(response.clone()));
    event.waitUntil(kept.catch(() => {}));
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    const response = await Promise.race([answer, late]).catch(() => undefined);
    if (response && response.ok) return response;
    const cache = await caches.open(CACHE);
    return (await cache.match(INDEX)) || answer;
}

// Kept once all that it names is there; what only the one before named goes then.
async function keepIndex(response) {
    if (!response.ok || response.redirected) throw new Error("this isn't the page");
    const cache = await caches.open(CACHE);
    const text = await response.clone().text();
    const before = await cache.match(INDEX);
    if (before && (await before.text()) === text) return;
    const named = [...text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map((match) => match[1]);
    const files = [...new Set(named)].filter((path) => HASHED.test(path));
    if (files.length === 0) throw new Error("this isn't the page");
    const missing = [];
    for (const path of files) if (!(await cache.match(path))) missing.push(path);
    await cache.addAll(missing);
    await cache.put(INDEX, response);
    for (const request of await cache.keys()) {
        const { pathname } = new URL(request.url);
        if (pathname !== INDEX && !files.includes(pathname)) await cache.delete(request);
    }
}

// A name stands for its contents, so what is kept is right. What the page asks for later is kept with it.
async function asset(request) {
    const cache = await caches.open(CACHE);
    const kept = await cache.match(request);
    if (kept) return kept;
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
}
