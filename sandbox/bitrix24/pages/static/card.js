/* The deal's card: tabs (an app's frame is opened when its tab is first chosen), form, comments, feed. */
(function () {
  "use strict";
  var tabs = Array.from(document.querySelectorAll('[role="tab"]'));
  var general = document.getElementById("panel-0"), deal = general.dataset.deal, root = general.dataset.base, base = root + "/details/" + deal + "/";
  var dirty = false, shown = null;

  function choose(tab) {
    tabs.forEach(function (other) {
      var on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    });
    var panel = document.getElementById(tab.getAttribute("aria-controls"));
    if (panel.dataset.frame && !panel.dataset.opened) { Frames.open(panel, JSON.parse(panel.dataset.frame)); }
  }
  tabs.forEach(function (tab, at) {
    tab.addEventListener("click", function () { choose(tab); });
    tab.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) { return; }
      var next = tabs[(at + step + tabs.length) % tabs.length];
      next.focus();
      choose(next);
    });
  });

  /** Show the card anew; what a person is writing stays. */
  function reload() {
    if (dirty) { return feed(); }
    return fetch(base + "general").then(function (answer) { return answer.text(); }).then(function (html) {
      if (dirty || html === shown) { return; }
      shown = html;
      var text = document.getElementById("comment-text").value;
      general.innerHTML = html;
      document.getElementById("comment-text").value = text;
      fields();
    });
  }
  function feed() {
    return fetch(base + "feed").then(function (answer) { return answer.text(); }).then(function (html) {
      document.getElementById("feed").innerHTML = html;
    });
  }
  /** Fields of the app's types: drawn by the app, for looking until somebody edits. */
  function fields() {
    general.querySelectorAll("[data-field]").forEach(function (panel) { Frames.open(panel, JSON.parse(panel.dataset.field)); });
  }
  window.Card = {
    reload: reload,
    /** What the app's frame put into the form: kept when the person saves. */
    setValue: function (name, value) {
      var input = general.querySelector('input[type="hidden"][name="' + name + '"]');
      if (input) { input.value = value; dirty = true; }
    },
    getValue: function (name) {
      var input = general.querySelector('input[type="hidden"][name="' + name + '"]');
      return input ? input.value : null;
    }
  };

  general.addEventListener("input", function (event) { if (event.target.form && event.target.form.id === "deal-form") { dirty = true; } });
  general.addEventListener("submit", function (event) {
    if ("plain" in event.target.dataset) { return; }
    event.preventDefault();
    if (event.target.id === "deal-form") {
      Page.post(base + "save", Object.fromEntries(new FormData(event.target))).then(function () {
        dirty = false;
        Page.note(Page.words.saved, "good");
        return reload();
      }).catch(function (problem) { Page.note(problem.message, "bad"); });
    } else {
      var text = document.getElementById("comment-text");
      Page.post(base + "comment", { text: text.value }).then(function () { text.value = ""; return feed(); })
        .catch(function (problem) { Page.note(problem.message, "bad"); });
    }
  });
  general.addEventListener("click", function (event) {
    var edit = event.target.closest("[data-edit-field]");
    if (edit) {
      var panel = edit.parentElement.querySelector("[data-field]");
      dirty = true;
      edit.remove();
      Frames.open(panel, Object.assign(JSON.parse(panel.dataset.field), { mode: "edit" }));
      return;
    }
    var stage = event.target.closest(".stage");
    if (!stage) { return; }
    Page.post(root + "/move", { deals: [Number(deal)], stage: stage.dataset.stage }).then(function (answer) {
      answer.refused.forEach(function (words) { Page.note(words, "bad"); });
      return reload();
    }).catch(function (problem) { Page.note(problem.message, "bad"); });
  });

  if (general.querySelector("[data-field]")) { reload(); }
  var wanted = new URLSearchParams(location.search).get("tab");
  if (wanted && document.getElementById("tab-" + wanted)) { choose(document.getElementById("tab-" + wanted)); }
  Page.every(2500, function () {
    var writing = general.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    return general.hidden || writing ? Promise.resolve() : reload();
  });
})();
