/* The point as a field of the card: what is chosen goes into the card's form, which the person saves. */
(function () {
  "use strict";
  function field() { return document.getElementById("field"); }
  function say(words) { document.getElementById("field-said").textContent = words; window.Portal.fit(); }

  function tell(code, title, address) {
    window.Portal.setValue(code).then(function () {
      var more = document.querySelector("[data-more]"), clear = document.getElementById("field-clear");
      document.querySelector("[data-now]").textContent = code ? [title, address].filter(Boolean).join(": ") : "—";
      if (more) { more.remove(); }
      clear.hidden = !code;
      document.querySelector("#field-form [name=code]").value = code;
      say(code ? field().dataset.sayChosen.replace("{code}", code) : field().dataset.sayCleared);
    }).catch(function () { say(field().dataset.sayFailed); });
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("change", function (event) {
      var one = event.target;
      if (one.matches("#field-list [type=radio]")) { tell(one.value, one.dataset.title, one.dataset.address); }
    });
    document.body.addEventListener("click", function (event) {
      if (!event.target.closest("#field-clear")) { return; }
      document.querySelectorAll("#field-list [type=radio]").forEach(function (one) { one.checked = false; });
      document.querySelector("#field-form [name=q]").focus();
      tell("", "", "");
    });
    document.body.addEventListener("htmx:afterSettle", function () { window.Portal.fit(); });
  });
})();
