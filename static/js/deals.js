/* Choosing deals on their list, by mouse and by keys. What is chosen stays while pages are turned and goes when the filter changes. */
(function () {
  "use strict";
  var picked = new Map(), all = false, filter = null, last = null;

  function list() { return document.getElementById("deals"); }
  function boxes() { return Array.from(document.querySelectorAll("#deals [data-row]")); }
  /** What a deal may be asked for now: its row says so while it is on the page. */
  function can(id) {
    var mark = document.getElementById("st-" + id);
    return mark ? mark.dataset.can : picked.has(id) ? picked.get(id).can : "";
  }
  /** Whether it has an order with labels. */
  function prints(id) {
    var mark = document.getElementById("st-" + id);
    return mark ? mark.dataset.prints !== undefined : picked.has(id) && picked.get(id).prints;
  }
  function set(box, on) {
    if (on) { picked.set(box.dataset.row, { can: can(box.dataset.row), prints: prints(box.dataset.row) }); } else { picked.delete(box.dataset.row); }
  }
  function fill(words, n) { return words.replace("{n}", String(n)); }

  function forget() { picked.clear(); all = false; last = null; }

  /** All that fit were chosen, and now one is not: those of this page stay. */
  function narrow() {
    if (!all) { return; }
    all = false;
    boxes().forEach(function (box) { set(box, true); });
  }

  function counts() {
    var of = { ship_now: 0, refresh: 0, print: 0 }, root = list(), most = Math.min(Number(root.dataset.total), Number(root.dataset.most));
    if (all) {
      if (root.dataset.state !== "shipped") { of.ship_now = most; }
      if (root.dataset.state === "shipped" || root.dataset.state === "all") { of.refresh = of.print = most; }
      return of;
    }
    picked.forEach(function (_, id) { var wish = can(id); if (wish) { of[wish] += 1; } if (prints(id)) { of.print += 1; } });
    return of;
  }

  function button(id, words, n, first) {
    var found = document.getElementById(id);
    if (!found) { return; } // no system prints labels
    found.hidden = n === 0;
    found.querySelector("span").textContent = fill(words, n);
    found.classList.toggle("wb-btn--primary", first);
  }

  function size(there) {
    var found = document.getElementById("deals-size");
    if (found && found.options.length > 1) { found.hidden = !there; }
  }

  /** The form says what the list shows, also when something else narrowed it. */
  function agree(root) {
    var form = document.getElementById("flt");
    root.querySelectorAll("#deals-now input").forEach(function (kept) {
      var field = form.elements[kept.name];
      if (field !== document.activeElement) { field.value = kept.value; }
    });
    document.querySelector("[data-filters] span").textContent = root.dataset.filtersSay;
  }

  /** While a press is on its way neither button takes another one. */
  function pressed(busy, wish) {
    ["ship_now", "refresh", "print"].forEach(function (name) {
      var found = document.getElementById("do-" + name);
      if (!found) { return; }
      found.disabled = busy;
      found.classList.toggle("is-busy", busy && name === wish);
    });
  }

  function show() {
    var root = list(), bar = document.getElementById("deals-bar"), count = document.getElementById("deals-count");
    if (!root || !root.dataset.narrowed) { return; }
    if (filter !== root.dataset.narrowed) { if (filter !== null) { forget(); } filter = root.dataset.narrowed; agree(root); }
    count.textContent = root.dataset.count;
    boxes().forEach(function (box) {
      box.checked = all || picked.has(box.dataset.row);
      box.closest("tr").classList.toggle("is-picked", box.checked);
    });
    var on = boxes().filter(function (box) { return box.checked; }).length;
    document.querySelectorAll("#deals [data-row-page]").forEach(function (whole) {
      whole.checked = on > 0 && on === boxes().length;
      whole.indeterminate = on > 0 && on < boxes().length;
    });
    if (!bar) { return; }
    var of = counts(), n = all ? Math.min(Number(root.dataset.total), Number(root.dataset.most)) : picked.size;
    bar.hidden = n === 0;
    bar.querySelector("[data-picked]").textContent = fill(all ? root.dataset.sayAll : root.dataset.sayPicked, n);
    bar.querySelector("[data-nothing]").hidden = of.ship_now + of.refresh + of.print > 0;
    var more = bar.querySelector("[data-row-all]");
    if (more) { more.hidden = all; }
    button("do-ship_now", root.dataset.sayShip, of.ship_now, true);
    button("do-print", root.dataset.sayPrint, of.print, of.ship_now === 0);
    button("do-refresh", root.dataset.sayRefresh, of.refresh, of.ship_now + of.print === 0);
    size(of.print > 0);
    bar.elements.deals.value = all ? "" : Array.from(picked.keys()).join(",");
    bar.elements.all.value = all ? "1" : "";
    window.Portal.fit();
  }

  function choose(box, shift) {
    var rows = boxes(), from = rows.findIndex(function (one) { return one.dataset.row === last; }), to = rows.indexOf(box), on = box.checked;
    if (!on) { narrow(); }
    if (shift && from >= 0) { rows.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(function (one) { set(one, on); }); } else { set(box, on); }
    last = box.dataset.row;
    show();
  }

  function pick(target, event) {
    if (target.matches("[data-row]")) { choose(target, event.shiftKey); }
    if (target.matches("[data-row-page]")) { narrow(); boxes().forEach(function (box) { set(box, target.checked); }); show(); }
  }

  /** Arrows go from row to row, with Shift they choose on the way; Ctrl+A takes the page. */
  function key(event) {
    var box = event.target.closest("#deals [data-row]"), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!box) { return; }
    if ((event.ctrlKey || event.metaKey) && event.code === "KeyA") {
      event.preventDefault();
      boxes().forEach(function (one) { set(one, true); });
      show();
    }
    if (!step) { return; }
    event.preventDefault();
    var next = boxes()[boxes().indexOf(box) + step];
    if (!next) { return; }
    next.focus();
    if (event.shiftKey) { set(box, true); set(next, true); last = next.dataset.row; show(); }
  }

  document.addEventListener("waybill:begin", function () {
    var body = document.body;
    body.addEventListener("click", function (event) {
      var target = event.target;
      pick(target, event);
      if (target.closest("[data-row-all]")) { all = true; show(); var first = document.querySelector("#deals-bar .wb-btn--primary:not([hidden])"); if (first) { first.focus(); } }
      if (target.closest("[data-row-none]")) { forget(); show(); }
      var other = target.closest("[data-fill]");
      if (other) { other.form.elements.value.value = other.dataset.fill; other.form.elements.value.focus(); }
      var filters = target.closest("[data-filters]");
      if (filters) {
        filters.setAttribute("aria-expanded", String(document.getElementById("deals-filter").classList.toggle("is-open")));
        window.Portal.fit();
      }
    });
    body.addEventListener("keydown", key);
    // A search is sent by Enter, and when it is emptied: leaving the field asks nothing a second time.
    body.addEventListener("change", function (event) { if (event.target.matches("#flt [type=search]")) { event.stopPropagation(); } }, true);
    body.addEventListener("input", function (event) { if (event.target.matches("#flt [type=search]") && !event.target.value) { event.target.form.requestSubmit(); } });
    // Several buttons, one form: the pressed one says what is asked for.
    body.addEventListener("htmx:configRequest", function (event) {
      if (event.target.id !== "deals-bar") { return; }
      // The second half of a double click comes when nothing is chosen any more.
      if (!event.target.elements.deals.value && !event.target.elements.all.value) { event.preventDefault(); return; }
      event.detail.path = "/deals/act/" + (event.detail.parameters.wish || "ship_now");
    });
    body.addEventListener("htmx:beforeRequest", function (event) {
      if (event.target.id === "deals-bar") { pressed(true, event.detail.requestConfig.parameters.wish); }
    });
    body.addEventListener("htmx:afterRequest", function (event) {
      if (event.target.id !== "deals-bar") { return; }
      pressed(false, "");
      if (event.detail.successful) { forget(); show(); }
    });
    body.addEventListener("htmx:afterSettle", show);
    body.addEventListener("htmx:oobAfterSwap", show);
    show();
  });
})();
