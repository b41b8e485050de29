/* The control page: everything goes through the control API of this origin. */
(function () {
  "use strict";
  var rows = [];

  function call(method, path, body) {
    return fetch(path, { method: method, headers: { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body) })
      .then(function (answer) {
        return answer.json().then(function (data) {
          if (!answer.ok) { throw new Error(data.error || String(answer.status)); }
          return data;
        });
      });
  }
  function complain(problem) {
    var line = document.getElementById("problem");
    line.textContent = problem.message;
    line.hidden = false;
  }
  function then(promise, next) {
    promise.then(function (data) { document.getElementById("problem").hidden = true; return next && next(data); }).catch(complain);
  }
  function cell(tag, text) {
    var found = document.createElement(tag);
    found.textContent = text;
    return found;
  }

  function clock() {
    return call("GET", "/clock").then(function (data) {
      document.getElementById("now").textContent = new Date(data.now).toLocaleString();
      document.getElementById("offset").textContent = data.offset ? "real time + " + Math.round(data.offset) + " s" : "real time";
    });
  }
  function faults() {
    return call("GET", "/faults").then(function (data) {
      var list = document.getElementById("faults");
      list.replaceChildren();
      if (!data.faults.length) { list.append(cell("li", "None")); }
      data.faults.forEach(function (rule) {
        var item = cell("li", JSON.stringify(rule) + " "), button = cell("button", "Remove");
        button.addEventListener("click", function () { then(call("DELETE", "/faults/" + rule.id), faults); });
        item.append(button);
        list.append(item);
      });
    });
  }
  function journal() {
    var query = new URLSearchParams({ tail: "300" });
    var system = document.getElementById("j-system").value, kind = document.getElementById("j-kind").value.trim();
    if (system) { query.set("system", system); }
    if (kind) { query.set("kind", kind); }
    return call("GET", "/journal?" + query).then(function (data) {
      var calls = document.getElementById("j-calls").checked || kind;
      rows = data.entries.filter(function (row) { return calls || !row.kind.endsWith(".call"); }).reverse().slice(0, 100);
      document.getElementById("journal").replaceChildren.apply(document.getElementById("journal"), rows.map(function (row) {
        var line = document.createElement("tr");
        [new Date(row.at).toLocaleTimeString(), row.system, row.kind, row.key, JSON.stringify(row.data)].forEach(function (text) { line.append(cell("td", text)); });
        return line;
      }));
    });
  }
  function counts() {
    return call("GET", "/journal/counts").then(function (data) {
      var parts = [];
      Object.keys(data).forEach(function (system) {
        Object.keys(data[system]).forEach(function (kind) { parts.push(system + " " + kind + ": " + data[system][kind]); });
      });
      document.getElementById("counts").textContent = parts.join(" · ") || "Nothing happened yet";
    });
  }
  function refresh() { return Promise.all([clock(), journal(), counts()]); }

  document.querySelectorAll("[data-advance]").forEach(function (button) {
    button.addEventListener("click", function () { then(call("POST", "/clock", { advance: Number(button.dataset.advance) }), refresh); });
  });
  document.querySelectorAll("[data-wishes]").forEach(function (button) {
    button.addEventListener("click", function () {
      then(call("POST", "/bitrix24/" + button.dataset.wishes + "/wishes", {}), function (data) {
        var filled = Object.values(data.written).filter(function (names) { return names.length; }).length;
        button.textContent = filled ? "Filled " + filled + " deals" : "No fields yet: install the app";
      });
    });
  });
  document.getElementById("reset").addEventListener("click", function () {
    then(call("POST", "/reset"), function () { return Promise.all([refresh(), faults()]); });
  });
  document.getElementById("fault").addEventListener("submit", function (event) {
    event.preventDefault();
    var form = Object.fromEntries(new FormData(event.target)), params = {};
    if (form.action === "latency" || form.action === "hang") { params.seconds = Number(form.seconds); }
    if (form.action === "status" || form.action === "html") { params.status = Number(form.status); }
    var rule = { system: form.system, action: form.action, params: params, probability: Number(form.probability) };
    if (form.path) { rule.match = { path: form.path }; }
    if (form.times) { rule.times = Number(form.times); }
    then(call("POST", "/faults", rule), faults);
  });
  ["j-system", "j-kind", "j-calls"].forEach(function (id) { document.getElementById(id).addEventListener("change", function () { then(journal()); }); });

  then(Promise.all([refresh(), faults()]));
  setInterval(function () { if (!document.hidden) { refresh().catch(complain); } }, 2000);
})();
