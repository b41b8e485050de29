/* One script for every page: the error contract, the live part, small controls (session.js asks with the session). */
(function () {
  "use strict";
  var body, say;
  var FIRST_WAIT = 2000, LONGEST_WAIT = 30000, GROWTH = 1.5;
  var ask = window.Session.ask;

  function words(key) { return body.dataset["say" + key] || ""; }

  // ---- Error contract ----
  function notice(error) {
    var box = document.getElementById("notice"), title = error.title || words("Failed"), text = [error.text, error.support].filter(Boolean).join(" ");
    if (!box) { return; }
    var head = box.querySelector("[data-title]"), more = box.querySelector("[data-text]");
    // What is told already is not told again: it would be read aloud at each question.
    if (!box.hidden && head.textContent === title && more.textContent === text) { return; }
    box.hidden = false; head.textContent = title; more.textContent = text;
    window.Portal.fit();
  }
  function clearNotice() { var box = document.getElementById("notice"); if (box && !box.hidden) { box.hidden = true; window.Portal.fit(); } }

  function obey(error, again) {
    if (error.act === "renew" && again) { return window.Session.renew().then(again).catch(lost); }
    if (error.act === "reload") { return live.look(); }
    if (error.act === "reopen") { live.over = true; live.stop(); }
    notice(error);
    return undefined;
  }
  /** Without an `act` nobody has refused anything: the network is away, and whoever asks next renews anew. */
  function lost(error) {
    if (error && error.act) { return obey(error); }
    online(false); live.plan();
    return undefined;
  }

  // ---- Offline ----
  function online(is) {
    var bar = document.getElementById("offline");
    if (!bar || bar.hidden === is) { return; }
    bar.hidden = is;
    if (!is) { bar.querySelector("[data-since]").textContent = new Date().toTimeString().slice(0, 5); }
    document.querySelectorAll("[data-needs-net]").forEach(function (button) { button.disabled = !is; });
    window.Portal.fit();
    if (is) { document.dispatchEvent(new Event("waybill:back")); }
  }

  /** Whether the network is back is found out by the live part; where there is none, by what is pressed next. */
  function back() { if (!live.box()) { online(true); } live.look(); document.dispatchEvent(new Event("waybill:back")); }

  // ---- Live part: one cheap question, asked more and more seldom, never while hidden ----
  var live = {
    timer: 0, due: 0, wait: FIRST_WAIT, busy: false, more: false, over: false,
    box: function () { return document.querySelector("[data-live]"); },
    first: function () { var box = live.box(); return box && box.dataset.first ? Number(box.dataset.first) : FIRST_WAIT; },
    start: function () { live.wait = live.first(); live.plan(); },
    stop: function () { clearTimeout(live.timer); live.timer = 0; },
    plan: function () {
      var due = Date.now() + live.wait;
      // Whatever else is answered on the page, however often, does not put off what was planned sooner.
      if (live.timer && live.due <= due && live.box() && !document.hidden) { return; }
      live.stop();
      if (live.box() && !document.hidden && !live.over) { live.due = due; live.timer = setTimeout(live.now, live.wait); }
    },
    /** At once; what is being asked just now was asked too early, and is asked once more. */
    look: function () { live.start(); if (live.busy) { live.more = true; } else { live.now(); } },
    now: function () {
      var box = live.box();
      if (live.busy) { live.timer = 0; return Promise.resolve(); }
      live.stop();
      if (!box || document.hidden) { return Promise.resolve(); }
      live.busy = true;
      return ask(box.dataset.live + (box.dataset.live.indexOf("?") < 0 ? "?" : "&") + "v=" + encodeURIComponent(box.dataset.version)).then(function (answer) {
        online(true); live.over = false;
        live.wait = Math.min(live.wait * GROWTH, LONGEST_WAIT);
        // What was pressed meanwhile has drawn the part anew: this answer is older than that.
        if (answer.status !== 204) { return answer.text().then(function (html) { return document.contains(box) ? news(html) : undefined; }); }
        return undefined;
      }).catch(function (error) {
        live.wait = Math.min(live.wait * 2, LONGEST_WAIT);
        if (error && error.act) { if (error.act !== "retry" && error.act !== "reload") { obey(error); } } else { online(false); }
      }).finally(function () {
        var more = live.more;
        live.busy = live.more = false;
        if (more && !live.over) { live.now(); } else { live.plan(); }
      });
    }
  };

  // ---- What people pressed and nobody has answered yet: the part that the answer goes to stays until then, else it would find none, nor would a refusal ----
  var acts = new Map();
  function awaited(box) { return Array.from(acts).some(function (act) { return act[0].isConnected && (box.contains(act[0]) || box.contains(act[1])); }); }

  /** An unshipped deal is read anew with the person's own key; without one, what the server knows has to do. */
  function reread(html) {
    var mine = reading = {}, box = live.box();
    return window.Session.key().then(function (key) {
      return ask("/tab/read", { method: "POST", body: new URLSearchParams({ AUTH_ID: key }) });
    }).then(function (answer) { return answer.text(); }).catch(function (error) {
      if (html) { return html; }
      throw error && error.act ? error : { act: "retry" };
    // What was read later, or pressed meanwhile, is newer.
    }).then(function (text) { return mine === reading && document.contains(box) ? show(text) : undefined; });
  }
  var reading = null;

  function news(html) { return html.indexOf("data-reads=") < 0 ? show(html) : reread(html); }

  function show(html) {
    var box = live.box(), before = headline();
    if (awaited(box)) { return; }
    // A dialog or a half-typed form is somebody's work: the news waits until it is closed.
    if (box.querySelector("form[data-edited]") || document.querySelector("dialog[open]") || (box.contains(document.activeElement) && document.activeElement.type !== "radio" && !("sent" in document.activeElement.dataset) && /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName))) {
      box.querySelectorAll("[data-changed][hidden]").forEach(function (note) { note.hidden = false; window.Portal.fit(); });
      return;
    }
    var open = Array.from(box.querySelectorAll("details[open][id]")).map(function (each) { return each.id; });
    var written = window.Written.unsent(box);
    window.htmx.swap(box, html, { swapStyle: "outerHTML" });
    written.forEach(function (was) { var field = window.Written.again(was); if (field) { field.dispatchEvent(new CustomEvent("waybill:typed", { bubbles: true })); } });
    open.forEach(function (id) { var again = document.getElementById(id); if (again) { again.open = true; } });
    live.wait = live.first();
    finish();
    window.Portal.fit();
    document.dispatchEvent(new Event("waybill:news"));
    if (headline() !== before) { say.textContent = headline(); window.Portal.reloadCard(); }
  }
  function headline() { var now = document.getElementById("now"); return now ? now.textContent.trim() : ""; }

  // ---- Small controls ----
  function copy(button) {
    var text = button.dataset.copy;
    // The portal's frame has no clipboard permission: the old way works there.
    var area = document.createElement("textarea");
    area.value = text; area.className = "wb-sr"; document.body.append(area); area.select();
    var done = document.execCommand("copy");
    area.remove(); button.focus();
    say.textContent = done ? words("Copied") : words("CopyFailed");
    toast(say.textContent);
  }
  function toast(text) {
    var box = document.getElementById("toast");
    box.textContent = text; box.hidden = false;
    clearTimeout(toast.timer); toast.timer = setTimeout(function () { box.hidden = true; }, 3000);
  }
  function filter(button) {
    button.parentElement.querySelectorAll("button").forEach(function (each) { each.setAttribute("aria-pressed", String(each === button)); });
    var who = button.dataset.filter;
    document.querySelectorAll("[data-who]").forEach(function (row) { row.hidden = who !== "all" && row.dataset.who !== who; });
    document.querySelectorAll("[data-day]").forEach(function (day) { day.hidden = !day.querySelector("[data-who]:not([hidden])"); });
  }
  /** People from the portal's dialog are ticked in the list, or the one of them that is wanted (data-one); those already there are not listed twice. */
  function pick(button) {
    var set = button.closest("[data-people]"), list = set.querySelector("[data-people-list]"), one = "one" in set.dataset;
    var name = one ? set.dataset.people : set.dataset.people + "_user";
    window.Portal.people().then(function (people) {
      if (one) { people = people.slice(0, 1); }
      people.forEach(function (person) {
        var there = Array.from(list.querySelectorAll("input")).find(function (box) { return box.value.split("|")[0] === person.id; });
        if (!there) {
          var label = document.createElement("label"), text = document.createElement("span");
          there = document.createElement("input");
          label.className = "wb-check"; there.type = one ? "radio" : "checkbox"; there.name = name; there.value = person.id + "|" + person.name;
          text.textContent = person.name; label.append(there, text); list.append(label);
        }
        there.checked = true;
      });
      if (people.length) { var chosen = set.querySelector("input[value=chosen][type=radio]"); if (chosen) { chosen.checked = true; } }
      window.Portal.fit();
    }).catch(function () { notice({ title: words("Failed"), text: "", support: "" }); });
  }
  var CLICKS = {
    pick: pick,
    copy: copy, filter: filter,
    dialog: function (button) { document.getElementById(button.dataset.dialog).showModal(); },
    close: function (button) { button.closest("dialog").close(); },
    renew: function (button) {
      var input = document.getElementById(button.dataset.renew);
      input.disabled = false; input.value = ""; button.hidden = true; input.focus();
    },
    open: function (button, event) { event.preventDefault(); window.Portal.open(button.dataset.open).catch(function () { window.open(button.href, "_blank", "noopener"); }); },
    reread: function (button) { busy(button, true); clearNotice(); reread("").catch(obey).finally(function () { busy(button, false); }); },
    again: function () { clearNotice(); back(); }
  };
  function click(event) {
    Object.keys(CLICKS).some(function (name) {
      var target = event.target.closest("[data-" + name + "]");
      if (target) { CLICKS[name](target, event); }
      return Boolean(target);
    });
  }

  // ---- Installation: once every step is done the portal is told, once ----
  function finish() {
    var done = document.querySelector("[data-finish]");
    if (!done || done.dataset.finish === "told") { return; }
    done.dataset.finish = "told";
    window.Portal.finish().then(function (told) {
      var later = document.getElementById(told ? "finishing" : "finished");
      if (later) { later.hidden = false; window.Portal.fit(); }
    }).catch(function () { notice({ title: words("Failed"), text: "", support: "" }); });
  }

  // ---- Another section: the reader goes to its beginning ----
  function arrive() {
    var head = document.querySelector("#app h1");
    live.start();
    if (head) { head.tabIndex = -1; head.focus({ preventScroll: true }); say.textContent = head.textContent.trim(); }
    window.Portal.top();
  }

  // ---- Focus: what was pressed has been drawn anew; the keyboard goes on from the same place, or from what is wrong ----
  var pressed = "";
  function remember(elt) {
    if (elt.id === "steps-nav") { return; } // asks by itself, nobody pressed anything
    var form = elt.closest("form[id]");
    pressed = form ? form.id : "";
  }
  function refocus(event) {
    var on = document.activeElement;
    if (!pressed || (on && on !== body && document.contains(on))) { return; }
    var box = document.getElementById(pressed) || event.target; // what was new has another name once it is kept
    var next = box.querySelector("[aria-invalid=true]") || box.querySelector("form[id] button[type=submit], button[type=submit]");
    if (!next && box.id === pressed) { next = box.querySelector("button"); } // busy now, and still the place
    if (next) { next.focus({ preventScroll: next.matches("button") }); }
  }

  function quiet(event) { return event.detail.elt.hasAttribute("data-quiet"); }

  function busy(element, is) {
    var button = element.matches("button") ? element : element.querySelector("button[type=submit]");
    if (!button) { return; }
    button.classList.toggle("is-busy", is);
    if (is) { button.setAttribute("aria-busy", "true"); } else { button.removeAttribute("aria-busy"); }
  }

  /** A form that reads for a person who is no administrator carries that person's own key. */
  function withKey(event) {
    var form = event.target.closest("form[data-key]");
    if (!form) { return; }
    event.preventDefault();
    window.Session.key().then(function (key) { form.elements.AUTH_ID.value = key; }).catch(function () { /* the server says that it is missing */ }).then(function () { event.detail.issueRequest(true); });
  }

  /** For the scripts of single parts: a request with the session, the error contract, and "it is done: look again". */
  window.Waybill = {
    ask: ask, obey: obey,
    told: function (text) {
      say.textContent = text; toast(text); window.Portal.reloadCard();
      if (document.querySelector("#tab[data-reads]")) { reread("").catch(obey); } else { live.look(); }
    }
  };

  document.addEventListener("waybill:begin", function () {
    body = document.body; say = document.getElementById("say");
    body.addEventListener("click", click);
    body.addEventListener("htmx:configRequest", function (event) { event.detail.headers["X-Waybill-Lang"] = document.documentElement.lang; });
    body.addEventListener("htmx:confirm", withKey);
    // What asks by itself (data-quiet) is nobody's act.
    body.addEventListener("htmx:beforeRequest", function (event) {
      var elt = event.detail.elt;
      if (event.detail.requestConfig.triggeringEvent && (!quiet(event) || elt.matches("form"))) { acts.set(elt, event.detail.target); }
      if (!quiet(event)) { clearNotice(); remember(elt); busy(elt, true); }
    });
    body.addEventListener("htmx:afterRequest", function (event) {
      acts.delete(event.detail.requestConfig.elt);
      window.Session.keep(event.detail.xhr.getResponseHeader("X-Waybill-Session"));
      if (quiet(event)) { if (event.detail.successful) { online(true); } return; }
      busy(event.detail.elt, false);
      if (event.detail.successful) { live.over = false; online(true); live.start(); }
    });
    // Settled at once (defaultSettleDelay 0 in base.html: a button may be pressed the moment it is seen); what was pressed is enabled again right after.
    body.addEventListener("htmx:afterSettle", function (event) { setTimeout(function () { refocus(event); }, 0); });
    body.addEventListener("htmx:responseError", function (event) {
      var error = { act: "retry" };
      try { error = JSON.parse(event.detail.xhr.responseText); } catch (_) { /* not ours: a proxy's page */ }
      // Repeated once with a new session; a renewal whose answer was lost is none, and the next request renews again.
      var elt = event.detail.elt, repeated = elt.dataset.repeated;
      obey(error, repeated ? null : function () {
        elt.dataset.repeated = "1";
        setTimeout(function () { delete elt.dataset.repeated; }, window.Session.LIMIT);
        window.Lost.repeat(event.detail.requestConfig);
      });
    });
    body.addEventListener("htmx:sendError", function () { online(false); live.plan(); });
    body.addEventListener("htmx:timeout", function () { online(false); live.plan(); });
    body.addEventListener("htmx:afterSwap", function (event) {
      finish(); window.Portal.fit();
      // The pressed button is gone: whoever uses a keyboard goes on where its effect is told.
      var told = document.querySelector("[data-focus]");
      if (told && document.activeElement === document.body) { told.focus({ preventScroll: true }); }
      if (event.detail.requestConfig && event.detail.requestConfig.elt.closest("[href='#app'],[hx-target='#app']")) { arrive(); }
    });
    document.addEventListener("visibilitychange", function () { if (document.hidden) { live.stop(); } else { live.look(); } });
    document.addEventListener("waybill:look", live.look);
    window.addEventListener("online", back);
    window.addEventListener("offline", function () { online(false); });
    live.start(); finish();
  });
})();
