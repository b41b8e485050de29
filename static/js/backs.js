/* The form that begins a return: steppers, how much is chosen, whose time is over, and closing without asking the server. */
(function () {
  "use strict";

  function panel() { return document.querySelector("[data-panel=backs]"); }
  function form() { return document.getElementById("back-form"); }
  function number(text) { var found = Number(String(text).replace(",", ".")); return isFinite(found) && found > 0 ? found : 0; }
  function short(value) { return String(Math.round(value * 1000) / 1000); }

  /** How much is chosen; reasons stand beside what is chosen, and a person's word is asked where a row is late. */
  function look() {
    var box = form(), chosen = 0, late = false;
    if (!box) { return; }
    var always = box.dataset.always.split(" ");
    box.querySelectorAll("[data-back-row]").forEach(function (row) {
      var input = row.querySelector("input[type=number]"), amount = input ? number(input.value) : 0, why = row.querySelector("[data-back-why]");
      chosen += amount;
      if (why) { why.hidden = !amount; }
      if (amount && row.hasAttribute("data-late") && always.indexOf(row.querySelector("select").value || "-") < 0) { late = true; }
    });
    var told = box.querySelector("[data-back-sum]"), word = box.querySelector("[data-back-late]");
    var said = chosen ? told.dataset.chosen.replace("#", short(chosen)) : told.dataset.none;
    if (told.textContent !== said) { told.textContent = said; }
    if (word) { word.hidden = !late && !word.querySelector("[aria-invalid=true]"); }
    window.Portal.fit();
  }

  function step(button) {
    var input = button.parentElement.querySelector("input[type=number]"), most = number(input.max);
    var next = Math.max(0, number(input.value) + Number(button.dataset.backStep));
    input.value = short(Math.min(next, most));
    look();
  }

  function close() {
    document.getElementById("panel").replaceChildren();
    var next = document.getElementById("do-back") || document.getElementById("now");
    if (next) { if (!next.matches("button")) { next.tabIndex = -1; } next.focus({ preventScroll: true }); }
    window.Portal.fit();
    document.dispatchEvent(new Event("waybill:look"));
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("click", function (event) {
      if (!panel()) { return; }
      if (event.target.closest("[data-back-close]")) { close(); return; }
      var button = event.target.closest("[data-back-step]");
      if (button) { step(button); }
    });
    document.body.addEventListener("input", look);
    document.body.addEventListener("change", look);
    document.body.addEventListener("htmx:afterSwap", function () {
      // The page of the return stands in the tab's place: what led there is done.
      if (panel() && document.getElementById("return")) { document.getElementById("panel").replaceChildren(); }
      look();
    });
  });
})();
