/* The address panel: marks what differs from the deal, fills fields on request, and says when the deal changes meanwhile. */
(function () {
  "use strict";
  var PLACES = ["postal", "country", "region", "city", "street", "house", "block", "building", "flat"];

  function box() { return document.querySelector("[data-panel=address]"); }
  function input(name) { return document.getElementById("a-" + name); }
  function value(name) { var found = box().querySelector("[name=" + name + "]"); return found ? found.value.trim() : ""; }

  /** A value that is not the deal's is marked, with what it was. */
  function mark(field) {
    var hint = field.parentElement.querySelector("[data-was]"), held = field.dataset.held, say = box().dataset;
    if (!hint) { return; }
    var differs = field.value.trim() !== held;
    field.classList.toggle("is-new", differs);
    if (hint.dataset.first === undefined) { hint.dataset.first = field.classList.contains("is-new") ? "" : hint.textContent; }
    if (!differs) { hint.textContent = hint.dataset.first; return; }
    if (!held) { hint.textContent = say.sayNew; return; }
    var was = document.createElement("del");
    was.className = "wb-was"; was.textContent = held;
    hint.replaceChildren(say.sayWas + " ", was);
  }

  /** The line as the server will write it (logistics/addressing/parts.py). */
  function line() {
    var marks = JSON.parse(box().dataset.marks), at = {};
    PLACES.forEach(function (name) { at[name] = value(name); });
    ["block", "building", "flat"].forEach(function (name) { if (/^\d/.test(at[name])) { at[name] = marks[name] + at[name]; } });
    var house = [at.house, at.block, at.building].filter(Boolean).join(" ");
    var note = box().querySelector("[name=was_comment]") ? "" : value("comment"); // a deal without a field for it keeps it in the address
    box().querySelector("[data-line]").textContent = [at.postal, at.country, at.region, at.city, at.street, house, at.flat, note].filter(Boolean).join(", ");
  }

  function set(name, text) {
    var field = input(name);
    if (!field || field.value === text) { return; }
    field.value = text;
    mark(field);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function fill(source) {
    var found = JSON.parse(source.dataset.fill);
    Object.keys(found).forEach(function (name) { set(name, found[name]); });
    line();
    document.getElementById("say").textContent = box().dataset.sayFilled;
    window.Portal.fit();
  }

  /** Words without a place: into the note for the courier, or away, as the person decides. */
  function decide(button, keep) {
    var lost = button.closest("[data-lost]"), note = input("comment");
    if (keep) { set("comment", [note.value.trim(), lost.dataset.lost].filter(Boolean).join(", ")); }
    lost.remove();
    line();
    var next = box().querySelector("[data-lost] button") || note;
    next.focus();
    window.Portal.fit();
  }

  function close() {
    document.getElementById("panel").replaceChildren();
    back();
  }
  function back() {
    var next = document.getElementById("do-address") || document.getElementById("now");
    if (next && !next.matches("button")) { next.tabIndex = -1; }
    if (next) { next.focus({ preventScroll: true }); }
    window.Portal.fit();
  }

  function swapped(event) {
    var panel = document.getElementById("panel");
    if (event.target !== panel) { return; }
    if (!panel.children.length) { panel.replaceChildren(); back(); return; }
    watch();
    var first = panel.querySelector("[aria-invalid=true]") || panel.querySelector("[data-focus]") || document.getElementById("a-now");
    if (first) { first.focus(); }
    window.Portal.top();
  }

  var seen = "";
  function version() { var tab = document.getElementById("tab"); return tab ? tab.dataset.version : ""; }
  function watch() { seen = version(); }

  document.addEventListener("waybill:begin", function () {
    var body = document.body;
    body.addEventListener("htmx:afterSwap", swapped);
    body.addEventListener("input", function (event) {
      if (box() && event.target.matches("[data-field] input")) { mark(event.target); line(); }
    });
    body.addEventListener("change", function (event) {
      if (box() && event.target.matches("input[data-fill]")) {
        box().querySelectorAll(".wb-option").forEach(function (each) { each.classList.toggle("is-picked", each.contains(event.target)); });
        fill(event.target);
      }
    });
    body.addEventListener("click", function (event) {
      if (!box()) { return; }
      var target = event.target.closest("[data-panel-close],[data-lost-keep],[data-lost-drop],button[data-fill]");
      if (!target) { return; }
      if (target.matches("[data-panel-close]")) { close(); } else if (target.matches("[data-fill]")) { fill(target); } else { decide(target, target.matches("[data-lost-keep]")); }
    });
    // The tab under the panel follows the deal; when it is drawn anew, the deal was changed.
    new MutationObserver(function () {
      var told = document.getElementById("a-changed");
      if (told && told.hidden && seen && version() !== seen) { told.hidden = false; window.Portal.fit(); }
    }).observe(document.getElementById("main"), { childList: true });
  });
})();
