/* The set-up's steps: a form that was filled in and not saved is saved before the reader goes on, who stays if something is wrong; the list of
   steps shows how far they are. */
(function () {
  "use strict";
  var body, leaving = null;

  function typing(event) {
    var form = event.target.closest("#section form[hx-post]:not([data-asks])"); // a question is not a setting
    if (form && document.getElementById("steps-bar") && !form.closest("dialog")) { form.dataset.typed = ""; }
  }
  /** Something was saved or became known: the steps beside it show how far they are. */
  function progressed() { if (!leaving && document.getElementById("steps-nav")) { window.htmx.trigger(body, "steps-changed"); } }
  /** Going on takes also what we guessed and showed (stages); looking elsewhere does not. */
  function unsaved(link) { return document.querySelector(link.closest("#steps-bar") ? "#section form:is([data-typed],[data-guessed])" : "#section form[data-typed]"); }
  function leave(event) {
    var link = event.target.closest("[hx-target='#app']"), form = link && unsaved(link);
    if (!form) { return; }
    event.preventDefault(); event.stopPropagation();
    if (!form.reportValidity()) { return; }
    leaving = link;
    form.requestSubmit();
  }
  function left() {
    var link = leaving, wrong = document.querySelector("#section [aria-invalid=true]");
    if (!link || !document.contains(link)) { leaving = null; return; }
    if (wrong) { leaving = null; wrong.focus(); return; }
    if (unsaved(link)) { unsaved(link).requestSubmit(); return; }
    leaving = null; link.click();
  }
  function stay() { leaving = null; }
  /** On a phone only the current step is shown until all are asked for (app.css). */
  function unfold(event) {
    var button = event.target.closest("[data-steps]");
    if (!button) { return; }
    var open = button.closest(".wb-steps-card").classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
    window.Portal.fit();
  }

  document.addEventListener("waybill:begin", function () {
    body = document.body;
    body.addEventListener("click", leave, true);
    body.addEventListener("click", unfold);
    ["input", "change", "waybill:typed"].forEach(function (name) { body.addEventListener(name, typing); });
    body.addEventListener("htmx:afterRequest", function (event) {
      var asked = event.detail;
      if (asked.successful && asked.requestConfig.verb === "post" && !asked.elt.hasAttribute("data-quiet")) { progressed(); }
    });
    // After the keyboard's place was found again (waybill.js, which comes first).
    body.addEventListener("htmx:afterSettle", function () { setTimeout(left, 0); });
    ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) { body.addEventListener(name, stay); });
    document.addEventListener("waybill:news", progressed);
  });
})();
