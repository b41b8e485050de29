/* Prices of the tab: asks after them while some are to come, says aloud how many came, asks anew when the deal changed. */
(function () {
  "use strict";
  var timer = 0, said = "";

  function panel() { return document.getElementById("rates"); }

  function plan() {
    var box = panel(), wait = box ? Number(box.dataset.ask || 0) : 0;
    clearTimeout(timer);
    if (wait && !document.hidden) { timer = setTimeout(ask, wait); }
  }
  function ask() {
    var asking = document.getElementById("rates-ask");
    if (asking) { window.htmx.trigger(asking, "ask"); }
  }
  function tell() {
    var status = document.getElementById("rates-status"), say = document.getElementById("say");
    var text = status ? status.textContent.trim() : "";
    if (text && text !== said && say) { say.textContent = text; }
    said = text;
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.body.addEventListener("htmx:afterSettle", function (event) {
      if (event.target.id === "rates" || (panel() && panel().contains(event.target))) { tell(); window.Portal.fit(); }
    });
    document.body.addEventListener("htmx:afterRequest", function () { if (panel()) { setTimeout(plan, 0); } });
    document.addEventListener("visibilitychange", plan);
    // The tab was drawn anew: the deal may be another one now, and so its prices.
    document.addEventListener("waybill:news", function () {
      var asking = document.getElementById("rates-renew");
      if (asking) { window.htmx.trigger(asking, "renew"); }
    });
  });
})();
