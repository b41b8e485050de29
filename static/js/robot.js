/* A robot's fields: what is chosen goes into the portal's form of the robot, which the administrator saves. */
(function () {
  "use strict";
  function form() { return document.getElementById("robot-form"); }
  function say(words) { document.getElementById("robot-said").textContent = words; window.Portal.fit(); }

  /** The field's value: of the list, or what was typed where the list says "another". */
  function valueOf(name) {
    var list = form().elements[name], typed = form().elements[name + "-own"];
    return typed && list.value === list.dataset.own ? typed.value.trim() : list.value;
  }

  function tell(name) {
    var values = {};
    values[name] = valueOf(name);
    window.Portal.setProperty(values).then(function () { say(form().dataset.sayTold); }).catch(function () { say(form().dataset.sayFailed); });
  }

  /** What is typed by hand is shown only where it is asked for. */
  function unfold(list) {
    var box = document.getElementById(list.name + "-box");
    if (box) { box.hidden = list.value !== list.dataset.own; }
  }

  /** Services of the chosen connection; of all while none is chosen or an expression stands there. */
  function narrow() {
    var account = form().elements.account, service = form().elements.service;
    if (!account || !service) { return; }
    var groups = Array.from(service.querySelectorAll("optgroup"));
    var known = groups.some(function (group) { return group.dataset.account === account.value; });
    groups.forEach(function (group) {
      var off = known && group.dataset.account !== account.value;
      group.hidden = off; group.disabled = off;
    });
    var chosen = service.selectedOptions[0];
    if (chosen && chosen.parentElement.disabled) { service.value = ""; tell("service"); }
  }

  document.addEventListener("waybill:begin", function () {
    if (!form()) { return; }
    narrow();
    form().addEventListener("submit", function (event) { event.preventDefault(); });
    form().addEventListener("change", function (event) {
      var name = event.target.name.replace(/-own$/, "");
      if (event.target.matches("select")) { unfold(event.target); }
      if (name === "account") { narrow(); }
      tell(name);
      window.Portal.fit();
    });
  });
})();
