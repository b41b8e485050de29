/* The parcels' panel: a row of goods is dragged to a parcel, or sent there by its number's key; when saved, the panel closes. */
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

  // ---- Drag: the row follows the pointer, the parcel under it says so; what is let go elsewhere stays where it was ----
  var FAR = 6, held = null;

  function take(event) {
    var grip = event.target.closest("[data-grip]");
    if (!box() || !grip || event.button !== 0 || held) { return; }
    held = { grip: grip, share: grip.closest("[data-share]"), x: event.clientX, y: event.clientY, on: null, moving: false };
    grip.setPointerCapture(event.pointerId);
  }
  function drag(event) {
    if (!held) { return; }
    var dx = event.clientX - held.x, dy = event.clientY - held.y;
    if (!held.moving && Math.hypot(dx, dy) < FAR) { return; }
    if (!held.moving) {
      held.moving = true;
      held.share.classList.add("is-held");
      document.getElementById("p-new").hidden = !held.share.querySelector("button[value$=':new']");
      window.Portal.fit();
    }
    held.share.style.transform = "translate(" + dx + "px," + dy + "px)";
    var under = document.elementFromPoint(event.clientX, event.clientY), on = under && under.closest("[data-parcel]");
    if (on === held.share.closest("[data-parcel]")) { on = null; }
    if (on === held.on) { return; }
    if (held.on) { held.on.classList.remove("is-over"); }
    if (on) { on.classList.add("is-over"); }
    held.on = on;
  }
  function drop(really) {
    if (!held) { return; }
    var was = held;
    held = null;
    was.share.classList.remove("is-held");
    was.share.style.transform = "";
    if (was.on) { was.on.classList.remove("is-over"); }
    var zone = document.getElementById("p-new");
    if (zone) { zone.hidden = true; }
    if (really && was.moving && was.on) { move(was.share, was.on.dataset.parcel); }
  }

  document.addEventListener("waybill:begin", function () {
    var body = document.body;
    body.addEventListener("click", function (event) {
      if (event.target.closest("[data-parcels-close]")) { close(); }
    });
    body.addEventListener("keydown", function (event) {
      if (!box()) { return; }
      if (held && event.key === "Escape") { event.preventDefault(); drop(false); return; }
      var share = event.target.closest("[data-share]");
      if (!share || !event.target.matches("[data-grip]") || event.ctrlKey || event.metaKey || event.altKey) { return; }
      var to = /^[1-9]$/.test(event.key) ? event.key : event.code === "KeyN" || event.key === "+" ? "new" : "";
      if (to && move(share, to)) { event.preventDefault(); }
    });
    // What was wrong is being put right: it is judged again when sent.
    body.addEventListener("input", function (event) {
      if (!box() || !event.target.matches("#parcels [aria-invalid]")) { return; }
      event.target.removeAttribute("aria-invalid");
      event.target.parentElement.querySelectorAll(".wb-error").forEach(function (each) { each.remove(); });
    });
    body.addEventListener("pointerdown", take);
    body.addEventListener("pointermove", drag);
    body.addEventListener("pointerup", function () { drop(true); });
    body.addEventListener("pointercancel", function () { drop(false); });
    body.addEventListener("parcels-saved", function (event) {
      close();
      window.Waybill.told(event.detail.value);
    });
    body.addEventListener("htmx:afterSwap", function (event) {
      if (event.target.id === "parcels" || (box() && box().contains(event.target))) { window.Portal.fit(); }
    });
  });
})();
