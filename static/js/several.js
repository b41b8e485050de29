/* The form that ships a part: "all" of a row, how much is chosen, and closing without asking the server. */
(function () {
  "use strict";

  function panel() { return document.querySelector("[data-panel=several]"); }
  function number(text) { var found = Number(String(text).replace(",", ".")); return isFinite(found) && found > 0 ? found : 0; }
  function short(value) { return String(Math.round(value * 1000) / 1000); }

  function sum() {
    var told = panel() && panel().querySelector("[data-part-sum]"), chosen = 0, of = 0;
    if (!told) { return; }
    panel().querySelectorAll("[data-line] input[type=number]").forEach(function (input) { chosen += number(input.value); of += number(input.max); });
    told.textContent = chosen ? told.dataset.chosen.replace("#", short(chosen)).replace("@", short(of)) : told.dataset.none;
  }

  function close() {
    document.getElementById("panel").replaceChildren();
    var next = document.getElementById("do-part") || document.getElementById("now");
    if (next) { if (!next.matches("button")) { next.tabIndex = -1; } next.focus({ preventScroll: true }); }
    window.Portal.fit();
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("click", function (event) {
      if (!panel()) { return; }
      if (event.target.closest("[data-part-close]")) { close(); return; }
      var all = event.target.closest("[data-part-all]");
      if (all) {
        var input = all.closest("[data-line]").querySelector("input[type=number]");
        input.value = input.value === input.max ? "0" : input.max;
        sum();
      }
    });
    document.body.addEventListener("input", sum);
    document.body.addEventListener("htmx:afterSwap", sum);
  });
})();
