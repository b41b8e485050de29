/* The parcels' panel: digits move a row of goods to the parcel of that number, and the panel closes by itself when saved. */
(function () {
  "use strict";

  function box() { return document.getElementById("parcels"); }

  function close() {
    document.getElementById("panel").replaceChildren();
    var next = document.getElementById("do-parcels") || document.getElementById("now");
    if (next && !next.matches("button")) { next.tabIndex = -1; }
    if (next) { next.focus({ preventScroll: true }); }
    window.Portal.fit();
  }

  /** Presses the button that moves this row there; false when there is none. */
  function move(share, to) {
    var act = "move:" + share.dataset.share + ":" + to, form = document.getElementById("parcels-form");
    var button = share.querySelector("button[value='" + act + "']"), list = share.querySelector("select");
    if (button) { button.click(); return true; }
    if (!list || !list.querySelector("option[value='" + to + "']")) { return false; }
    list.value = to;
    form.querySelector("button[value='move:" + share.dataset.share + ":pick']").click();
    return true;
  }

  document.addEventListener("DOMContentLoaded", function () {
    var body = document.body;
    body.addEventListener("click", function (event) {
      if (event.target.closest("[data-parcels-close]")) { close(); }
    });
    body.addEventListener("keydown", function (event) {
      if (!box()) { return; }
      var share = event.target.closest("[data-share]");
      if (!share || !event.target.matches("[data-grip]") || event.ctrlKey || event.metaKey || event.altKey) { return; }
      var to = /^[1-9]$/.test(event.key) ? event.key : event.code === "KeyN" || event.key === "+" ? "new" : "";
      if (to && move(share, to)) { event.preventDefault(); }
    });
    body.addEventListener("parcels-saved", function (event) {
      close();
      window.Waybill.told(event.detail.value);
    });
    body.addEventListener("htmx:afterSwap", function (event) {
      if (event.target.id === "parcels" || (box() && box().contains(event.target))) { window.Portal.fit(); }
    });
  });
})();
