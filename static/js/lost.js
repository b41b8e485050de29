/* What the page asks by itself and nobody answers (the network, a server that is broken or busy): asked again, more and more seldom, never sooner than the
   server wishes, and at once when the network is back. Without it a part that is asked for once (`load`, `renew`) would stand empty for good, and one that
   asks often would ask a broken server five times a second. */
window.Lost = (function () {
  "use strict";
  var FIRST = 2000, LONGEST = 30000, GROWTH = 1.5, FOR_GOOD = 400;
  var waiting = new Map(); // element -> {misses, timer, config}: what is asked once

  /** How long to wait after so many questions that nobody answered; `wait` as long as there were none. */
  function patience(wait, misses, later) {
    if (!wait || !misses) { return wait; }
    return Math.max(wait, Math.min(FIRST * Math.pow(GROWTH, misses - 1), LONGEST), Math.min(later || 0, 10 * LONGEST));
  }
  /** Milliseconds that the server wants to be left alone. */
  function later(xhr) { return (Number(xhr.getResponseHeader("Retry-After")) || 0) * 1000; }

  /** The same question once more. What asks by a clock (`every`) does so anyway. */
  function repeat(config) {
    var elt = config.elt, by = config.triggeringEvent, when = elt.getAttribute("hx-trigger") || "";
    if (!elt.isConnected) { return; }
    if (by) { window.htmx.trigger(elt, by.type); } else if (when.indexOf("every") < 0) { window.htmx.ajax(config.verb, config.path, { source: elt }).catch(function () { /* told by its events */ }); }
  }
  /** Nobody pressed it, and nothing else will ask it. */
  function isOnce(config) {
    var when = config.elt.getAttribute("hx-trigger") || "";
    return config.triggeringEvent ? when === "renew" : when.indexOf("load") >= 0 && when.indexOf("every") < 0;
  }
  function refused(xhr) { return xhr.status >= FOR_GOOD && xhr.status < 500 && xhr.status !== 429 && xhr.status !== 401; }

  function answered(event) {
    var config = event.detail.requestConfig, elt = config.elt, xhr = event.detail.xhr, had = waiting.get(elt);
    if (!config.verb || !isOnce(config)) { return; }
    if (had) { clearTimeout(had.timer); waiting.delete(elt); }
    if (event.detail.successful || refused(xhr) || event.detail.aborted) { return; }
    var now = { misses: had ? had.misses + 1 : 1, config: config };
    now.timer = setTimeout(function () { once(now); }, patience(FIRST, now.misses, later(xhr)));
    waiting.set(elt, now);
  }
  function once(each) {
    if (!each.timer) { return; } // it is being asked
    clearTimeout(each.timer); each.timer = 0;
    if (each.config.elt.isConnected) { repeat(each.config); } else { waiting.delete(each.config.elt); }
  }
  function again() { waiting.forEach(once); }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("htmx:afterRequest", answered);
    document.addEventListener("waybill:back", again);
  });
  return { patience: patience, later: later, repeat: repeat };
})();
