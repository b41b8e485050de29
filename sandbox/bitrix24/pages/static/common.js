/* What every page of the portal has: words, notes, the bell, calls to its own server. */
(function () {
  "use strict";
  var words = JSON.parse(document.getElementById("words").textContent);

  function element(tag, attributes, children) {
    var found = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { found.setAttribute(name, attributes[name]); });
    (children || []).forEach(function (child) { found.append(child); });
    return found;
  }

  /** A short message; an error stays until it is closed. */
  function note(text, kind) {
    var close = element("button", { type: "button", "aria-label": words.close }, ["×"]);
    var row = element("div", { "class": "note note--" + (kind || "plain"), role: kind === "bad" ? "alert" : "status" },
      [element("span", {}, [text]), close]);
    close.addEventListener("click", function () { row.remove(); });
    document.getElementById("notes").append(row);
    if (kind !== "bad") { setTimeout(function () { row.remove(); }, 5000); }
  }

  function post(path, body) {
    return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
      .then(function (answer) {
        return answer.json().then(function (data) {
          if (!answer.ok) { throw new Error(data.error || String(answer.status)); }
          return data;
        });
      });
  }

  function bell() {
    var button = document.getElementById("bell"), list = document.getElementById("bell-list"), count = document.getElementById("bell-count");
    if (!button) { return; }
    function toggle(open) {
      list.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (open) {
        fetch("/bell").then(function (answer) { return answer.text(); }).then(function (html) { list.innerHTML = html; count.hidden = true; });
      }
    }
    button.addEventListener("click", function () { toggle(list.hidden); });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape" && !list.hidden) { toggle(false); button.focus(); } });
    document.addEventListener("click", function (event) {
      if (!list.hidden && !list.contains(event.target) && !button.contains(event.target)) { toggle(false); }
    });
    every(3000, function () {
      return fetch("/bell/count").then(function (answer) { return answer.json(); }).then(function (data) {
        if (list.hidden) { count.textContent = data.unread; count.hidden = !data.unread; }
      });
    });
  }

  /** Repeat `work` (a promise) while the page is looked at. */
  function every(pause, work) {
    setInterval(function () { if (!document.hidden) { work().catch(function () { /* the server was restarted: next time */ }); } }, pause);
  }

  window.Page = { words: words, element: element, note: note, post: post, every: every };
  bell();
})();
