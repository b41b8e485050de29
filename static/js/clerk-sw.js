/* The service worker of /clerk/: keeps what the page is made of, so that it opens without a network. The server writes KEPT (addresses, which change with
   their content) and SHELL (a stamp of the page itself) above. What the page asks of the server never goes through here. */
const PAGE = "/clerk/", NAME = "waybill-clerk-" + SHELL + "-" + KEPT.map((each) => each.split("v=")[1] || "").join("");

self.addEventListener("install", (event) => {
  // Until all of it is here the former one serves.
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT.concat([new Request(PAGE, { cache: "reload", credentials: "same-origin" })]))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("waybill-clerk-") && name !== NAME).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

/** In another language, or anew: the network, and kept from then on. */
function fresh(request) {
  return fetch(request).then((answer) => {
    if (answer.ok) { const copy = answer.clone(); caches.open(NAME).then((cache) => cache.put(PAGE, copy)); }
    return answer;
  }).catch(() => kept(PAGE, request));
}

function kept(address, request) {
  return caches.open(NAME).then((cache) => cache.match(address)).then((answer) => answer || fetch(request));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (event.request.mode === "navigate" && url.pathname === PAGE) {
    event.respondWith(url.search ? fresh(event.request) : kept(PAGE, event.request));
  } else if (url.pathname.startsWith("/static/") && KEPT.includes(url.pathname + url.search)) {
    event.respondWith(kept(url.pathname + url.search, event.request));
  }
});
