/* Prices of the tab: asks after them while some are to come, says aloud how many came, asks anew when the deal changed. */
(function () {
  "use strict";
  var set = null, said = "", acts = new Set(), stale = false, late = false, asking = null, misses = 0, later = 0;

  function panel() { return document.getElementById("rates"); }

  function plan() {
    var box = panel(), wait = box && !document.hidden ? window.Lost.patience(Number(box.dataset.ask || 0), misses, later) : 0;
    // What is being asked just now is asked once; the next question is planned when it is answered.
    if (asking && asking.isConnected) { return; }
    // Whatever else was answered on the page, even ten times a second, does not put off what the prices wait for.
    if (set && set.box === box && set.wait === wait) { return; }
    if (set) { clearTimeout(set.timer); set = null; }
    if (wait) { set = { box: box, wait: wait, timer: setTimeout(ask, wait) }; }
  }
  function ask() {
    set = null;
    var question = document.getElementById("rates-ask");
    if (question) { window.htmx.trigger(question, "ask"); }
  }
  function tell() {
    var status = document.getElementById("rates-status"), say = document.getElementById("say");
    var text = status ? status.textContent.trim() : "";
    if (text && text !== said && say) { say.textContent = text; }
    said = text;
  }

  /** Nothing is asked while a person's own request is under way, and what was asked before it is not shown any more. */
  function before(event) {
    var elt = event.detail.elt;
    if (!elt.closest("#rates")) { return; }
    if (!elt.hasAttribute("data-quiet")) { acts.add(elt); stale = true; return; }
    acts.forEach(function (each) { if (!each.isConnected) { acts.delete(each); } }); // its answer found nothing to be shown in
    if (acts.size) { event.preventDefault(); late = late || elt.id === "rates-renew"; setTimeout(plan, 0); return; }
    stale = false;
    if (elt.id === "rates-ask") { asking = elt; }
  }
  function after(event) {
    var elt = event.detail.requestConfig.elt;
    acts.delete(elt); // what was pressed may be gone by now
    if (elt === asking) { asking = null; }
    if (elt.id === "rates-ask") {
      misses = event.detail.successful ? 0 : misses + 1;
      later = event.detail.successful ? 0 : window.Lost.later(event.detail.xhr);
    }
    if (late && !acts.size) { late = false; setTimeout(renew, 0); }
    if (panel()) { setTimeout(plan, 0); }
  }
  function renew() {
    var asking = document.getElementById("rates-renew");
    if (asking) { window.htmx.trigger(asking, "renew"); }
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("htmx:beforeRequest", before);
    document.body.addEventListener("htmx:beforeSwap", function (event) {
      var elt = event.detail.requestConfig.elt; // other panels have quiet questions of their own
      if (stale && elt.hasAttribute("data-quiet") && elt.id.indexOf("rates-") === 0) { event.detail.shouldSwap = false; }
    });
    document.body.addEventListener("htmx:afterSettle", function (event) {
      if (event.target.id === "rates" || (panel() && panel().contains(event.target))) { tell(); window.Portal.fit(); }
    });
    document.body.addEventListener("htmx:afterRequest", after);
    document.addEventListener("visibilitychange", plan);
    document.addEventListener("waybill:back", function () { misses = later = 0; plan(); });
    // The tab was drawn anew: the deal may be another one now, and so its prices.
    document.addEventListener("waybill:news", renew);
  });
})();
