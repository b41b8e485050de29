/* The board: a card is dragged, or moved by its menu or with other chosen ones. */
(function () {
  "use strict";
  var board = document.getElementById("board"), base = board.dataset.base, many = document.getElementById("many");
  var chosen = new Set(), dragged = null, tag = "";

  function move(deals, stage) {
    return Page.post(base + "/move", { deals: deals, stage: stage }).then(function (answer) {
      answer.refused.forEach(function (words) { Page.note(words, "bad"); });
      return refresh();
    }).catch(function (problem) { Page.note(problem.message, "bad"); });
  }

  function refresh() {
    return fetch(base + "/kanban/cells?category=" + board.dataset.category, { headers: tag ? { "If-None-Match": tag } : {} })
      .then(function (answer) {
        if (answer.status !== 200) { return; }
        tag = answer.headers.get("ETag") || "";
        return answer.text().then(draw);
      });
  }

  function busy() { return dragged !== null || (document.activeElement && document.activeElement.matches(".cell__move")); }

  function draw(html) {
    if (busy()) { tag = ""; return; }
    var scrolls = {};
    board.querySelectorAll(".column").forEach(function (column) { scrolls[column.dataset.stage] = column.querySelector(".column__cells").scrollTop; });
    var focused = document.activeElement && document.activeElement.closest(".cell");
    board.innerHTML = html;
    board.querySelectorAll(".column").forEach(function (column) { column.querySelector(".column__cells").scrollTop = scrolls[column.dataset.stage] || 0; });
    if (focused) {
      var again = board.querySelector('.cell[data-deal="' + focused.dataset.deal + '"] a');
      if (again) { again.focus({ preventScroll: true }); }
    }
    show();
  }

  function show() {
    board.querySelectorAll(".cell__pick").forEach(function (box) { box.checked = chosen.has(box.value); });
    many.hidden = chosen.size === 0;
    document.getElementById("many-count").textContent = Page.words.selected + ": " + chosen.size;
  }

  board.addEventListener("change", function (event) {
    var target = event.target;
    if (target.matches(".cell__move") && target.value) {
      var stage = target.value;
      target.blur();
      move([Number(target.dataset.deal)], stage);
    } else if (target.matches(".cell__pick")) {
      if (target.checked) { chosen.add(target.value); } else { chosen.delete(target.value); }
      show();
    } else if (target.matches(".column__all")) {
      target.closest(".column").querySelectorAll(".cell__pick:not(:disabled)").forEach(function (box) {
        if (target.checked) { chosen.add(box.value); } else { chosen.delete(box.value); }
      });
      show();
    }
  });

  document.getElementById("many-move").addEventListener("click", function () {
    var deals = Array.from(chosen, Number);
    chosen.clear();
    show();
    move(deals, document.getElementById("many-stage").value);
  });

  board.addEventListener("dragstart", function (event) {
    var cell = event.target.closest(".cell");
    if (!cell) { return; }
    dragged = cell.dataset.deal;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
    cell.classList.add("is-dragged");
  });
  board.addEventListener("dragover", function (event) {
    var column = event.target.closest(".column");
    if (!column || dragged === null) { return; }
    event.preventDefault();
    board.querySelectorAll(".is-target").forEach(function (other) { if (other !== column) { other.classList.remove("is-target"); } });
    column.classList.add("is-target");
  });
  board.addEventListener("drop", function (event) {
    var column = event.target.closest(".column");
    if (!column || dragged === null) { return; }
    event.preventDefault();
    var deal = dragged;
    done();
    move([Number(deal)], column.dataset.stage);
  });
  board.addEventListener("dragend", done);
  function done() {
    dragged = null;
    board.querySelectorAll(".is-target, .is-dragged").forEach(function (other) { other.classList.remove("is-target", "is-dragged"); });
  }

  document.querySelectorAll("[data-toolbar]").forEach(function (button) {
    button.addEventListener("click", function () { window.Frames.slide(JSON.parse(button.dataset.toolbar)); });
  });

  Page.every(2000, refresh);
})();
