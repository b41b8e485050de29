/* Parts of the tab whose answers come later: a part with `data-asks` (milliseconds, 0 = nothing is to come) asks after them by its `#<id>-ask`,
   asks anew by its `#<id>-renew` when the tab was drawn anew, and says aloud what its `[data-said]` says. */
(function () {
  "use strict";
  var timers = {}, acts = new Map(), stale = {}, said = {};

  function parts() { return Array.from(document.querySelectorAll("[data-asks]")); }
  function fire(part, what) {
    var asking = document.getElementById(part.id + "-" + what);
    if (asking) { window.htmx.trigger(asking, what); }
  }
  function plan() {
    parts().forEach(function (part) {
      var wait = Number(part.dataset.asks), id = part.id;
      clearTimeout(timers[id]);
      if (wait && !document.hidden) {
        timers[id] = setTimeout(function () { var now = document.getElementById(id); if (now) { fire(now, "ask"); } }, wait);
      }
    });
  }
  function tell(part) {
    var words = part.querySelector("[data-said]"), say = document.getElementById("say"), text = words ? words.textContent.trim() : "";
    if (text && text !== said[part.id] && say) { say.textContent = text; }
    said[part.id] = text;
  }
  function busy(id) { return Array.from(acts.values()).indexOf(id) >= 0; }

  /** Nothing is asked while a person's own request is under way, and what was asked before it is not shown any more. */
  function before(event) {
    var elt = event.detail.elt, part = elt.closest("[data-asks]");
    if (!part) { return; }
    if (!elt.hasAttribute("data-quiet")) { acts.set(elt, part.id); stale[part.id] = true; return; }
    if (busy(part.id)) { event.preventDefault(); } else { stale[part.id] = false; }
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("htmx:beforeRequest", before);
    document.body.addEventListener("htmx:beforeSwap", function (event) {
      var elt = event.detail.requestConfig.elt, part = elt.closest("[data-asks]");
      if (part && stale[part.id] && elt.hasAttribute("data-quiet")) { event.detail.shouldSwap = false; }
    });
    document.body.addEventListener("htmx:afterSettle", function (event) {
      parts().forEach(function (part) { if (event.target === part || part.contains(event.target) || event.target.contains(part)) { tell(part); window.Portal.fit(); } });
    });
    document.body.addEventListener("htmx:afterRequest", function (event) {
      acts.delete(event.detail.requestConfig.elt); // what was pressed may be gone by now
      setTimeout(plan, 0);
    });
    document.addEventListener("visibilitychange", plan);
    // The tab was drawn anew: the deal may be another one now.
    document.addEventListener("waybill:news", function () { parts().forEach(function (part) { fire(part, "renew"); }); });
  });
})();
