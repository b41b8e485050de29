/* What somebody has written in a part of the page, kept when the part is drawn anew under it. */
window.Written = (function () {
  "use strict";

  /** What was written or chosen in the part and not sent yet, each: {id or name, value, on}. What is sent by its very change is none of it, nor is
   *  what return.js looks after: there a form that was sent is drawn again before it is carried out. */
  function unsent(box) {
    return Array.from(box.querySelectorAll("form input:not([type=hidden],[type=file]), form select, form textarea")).filter(function (each) {
      if (!each.form || each.closest("dialog, [data-act], [hx-trigger*=change]") || !each.form.querySelector("[type=submit]")) { return false; }
      if (each.matches("[type=checkbox],[type=radio]")) { return each.checked !== each.defaultChecked; }
      if (!each.matches("select")) { return each.value !== each.defaultValue; }
      return each.selectedIndex !== Math.max(Array.from(each.options).findIndex(function (option) { return option.defaultSelected; }), 0);
    }).map(function (each) { return { form: each.form.id, id: each.id, name: each.name, value: each.value, on: each.checked }; });
  }
  /** Writes it where the new part has the same field, which is returned; null where it has none. */
  function again(was) {
    var form = document.getElementById(was.form), named = form && was.name ? Array.from(form.elements).filter(function (each) { return each.name === was.name; }) : [];
    var field = named.find(function (each) { return was.id ? each.id === was.id : named.length === 1 || each.value === was.value; });
    if (!field) { return null; }
    if (field.matches("[type=checkbox],[type=radio]")) { field.checked = was.on; } else if (!field.options || Array.from(field.options).some(function (option) { return option.value === was.value; })) { field.value = was.value; }
    return field;
  }

  // ---- A part that is drawn anew inside a form keeps what was chosen in it and where the keyboard was ----
  var chosen = null;
  function keepChoices(event) {
    var box = event.detail.target;
    if (!box || !box.matches("[data-keeps]")) { return; }
    chosen = { focus: box.contains(document.activeElement) ? document.activeElement.id : "", values: {} };
    box.querySelectorAll("select[name]").forEach(function (each) {
      var before = Array.from(each.options).findIndex(function (option) { return option.defaultSelected; });
      if (each.selectedIndex !== Math.max(before, 0)) { chosen.values[each.name] = each.value; }
    });
  }
  function giveChoicesBack() {
    var box = document.querySelector("[data-keeps]"), was = chosen;
    chosen = null;
    if (!box || !was) { return; }
    box.querySelectorAll("select[name]").forEach(function (each) {
      if (each.name in was.values && Array.from(each.options).some(function (option) { return option.value === was.values[each.name]; })) { each.value = was.values[each.name]; }
    });
    var focus = was.focus && document.getElementById(was.focus);
    if (focus) { focus.focus({ preventScroll: true }); }
  }

  /** What is kept with each tick (data-undo) is not ticked where it could not be kept. */
  function undo(event) { if (event.detail.elt.matches("form[data-undo]")) { event.detail.elt.reset(); } }

  document.addEventListener("waybill:begin", function () {
    ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (what) { document.body.addEventListener(what, undo); });
    document.body.addEventListener("htmx:oobBeforeSwap", keepChoices);
    document.body.addEventListener("htmx:oobAfterSwap", giveChoicesBack);
  });

  return { unsent: unsent, again: again };
})();
