// Answers when the host cannot be reached: one page that says so.  It never answers from a cache
// what the host could have answered, so nobody sees old money.
const OFFLINE = "/offline";
const CACHE = "offline-1";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(new Request(OFFLINE, { cache: "reload" }))));
  self.skipWaiting();
});
self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), self.registration.navigationPreload?.enable()]));
});
self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" || event.request.method !== "GET") return;
  event.respondWith(
    (async () => (await event.preloadResponse) || fetch(event.request))().catch(() => caches.match(OFFLINE)),
  );
});
