/* Parts of the tab whose answers come later (prices, stock, papers): a part with `data-pace` (milliseconds, 0 = nothing is to come) asks after them by its `#<id>-ask`,
   asks anew by its `#<id>-renew` when the tab was drawn anew, and says aloud what its `[data-said]` says. */
(function () {
  "use strict";
  var OPENED = 1500, HELD = 5000;
  var timers = {}, acts = new Map(), stale = {}, said = {}, held = {}, late = {}, asking = {}, missed = {}, open = [];

  function parts() { return Array.from(document.querySelectorAll("[data-pace]")); }
  function fire(part, what) {
    var asking = document.getElementById(part.id + "-" + what);
    if (asking) { window.htmx.trigger(asking, what); }
  }
  function ask(id) {
    var part = document.getElementById(id);
    delete timers[id];
    if (part) { fire(part, "ask"); }
  }
  function plan() {
    parts().forEach(function (part) {
      var id = part.id, set = timers[id], wait = Number(part.dataset.pace) && Math.max(Number(part.dataset.pace), held[id] ? HELD : 0);
      if (document.hidden) { wait = 0; }
      if (missed[id]) { wait = window.Lost.patience(wait, missed[id].times, missed[id].later); }
      // What is being asked just now is asked once; the next question is planned when it is answered.
      if (asking[id] && asking[id].isConnected) { return; }
      // Whatever else was answered on the page, even ten times a second, does not put off what this part waits for.
      if (set && set.part === part && set.wait === wait) { return; }
      if (set) { clearTimeout(set.timer); delete timers[id]; }
      if (wait) { timers[id] = { part: part, wait: wait, timer: setTimeout(function () { ask(id); }, wait) }; }
    });
  }
  function tell(part) {
    var words = part.querySelector("[data-said]"), say = document.getElementById("say"), text = words ? words.textContent.trim() : "";
    if (text && text !== said[part.id] && say) { say.textContent = text; }
    said[part.id] = text;
  }
  /** A file that was chosen, or a field that somebody is in, is their work: news wait until it is sent, and are asked for seldom. What is picked
      among others (a price) was sent as it was picked. */
  function working(part) {
    var on = document.activeElement, chosen = Array.from(part.querySelectorAll("input[type=file]")).some(function (each) { return each.files.length; });
    return chosen || (part.contains(on) && on.matches("input:not([type=radio]), select, textarea"));
  }
  function busy(id) { return Array.from(acts).some(function (act) { return act[1] === id && act[0].isConnected; }); }

  /** Nothing is asked while a person's own request is under way, and what was asked before it is not shown any more. */
  function before(event) {
    var elt = event.detail.elt, part = elt.closest("[data-pace]");
    if (!part) { return; }
    if (!elt.hasAttribute("data-quiet")) { acts.set(elt, part.id); stale[part.id] = true; return; }
    // That the deal is another one now is asked when the person has been answered.
    if (busy(part.id)) { event.preventDefault(); late[part.id] = late[part.id] || elt.id === part.id + "-renew"; setTimeout(plan, 0); return; }
    stale[part.id] = false;
    if (elt.id === part.id + "-ask") { asking[part.id] = elt; }
  }
  function after(event) {
    var elt = event.detail.requestConfig.elt, id = elt.id.replace(/-ask$/, ""), missing = missed[id];
    acts.delete(elt); // what was pressed may be gone by now
    if (asking[id] === elt) {
      delete asking[id];
      if (event.detail.successful) { delete missed[id]; } else { missed[id] = { times: missing ? missing.times + 1 : 1, later: window.Lost.later(event.detail.xhr) }; }
    }
    Object.keys(late).forEach(function (of) {
      var part = document.getElementById(of);
      if (late[of] && !busy(of)) { delete late[of]; if (part) { setTimeout(function () { fire(document.getElementById(of) || part, "renew"); }, 0); } }
    });
    setTimeout(plan, 0);
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("htmx:beforeRequest", before);
    document.body.addEventListener("htmx:beforeSwap", function (event) {
      var elt = event.detail.requestConfig.elt, part = elt.closest("[data-pace]"), quiet = elt.hasAttribute("data-quiet");
      if (!part) { return; }
      held[part.id] = quiet && working(part);
      if (quiet && (stale[part.id] || held[part.id])) { event.detail.shouldSwap = false; return; }
      open = Array.from(part.querySelectorAll("details[open][id]")).map(function (each) { return each.id; });
    });
    document.body.addEventListener("htmx:afterSettle", function (event) {
      open.forEach(function (id) { var again = document.getElementById(id); if (again) { again.open = true; } });
      open = [];
      parts().forEach(function (part) { if (event.target === part || part.contains(event.target) || event.target.contains(part)) { tell(part); window.Portal.fit(); } });
    });
    document.body.addEventListener("htmx:afterRequest", function (event) {
      var elt = event.detail.requestConfig.elt, part = elt.closest("[data-pace][id]");
      after(event);
      // A file opens in a window of its own; that it was opened is known once that window has it.
      if (part && elt.matches("form[data-paper]")) { setTimeout(function () { if (part.isConnected) { fire(part, "ask"); } }, OPENED); }
    });
    document.addEventListener("visibilitychange", plan);
    document.addEventListener("waybill:back", function () { missed = {}; plan(); });
    // The tab was drawn anew: the deal may be another one now.
    document.addEventListener("waybill:news", function () { parts().forEach(function (part) { fire(part, "renew"); }); });
  });
})();
