/* Numbers beside the lines of a document that is written in a page, also where lines are broken on the screen; and the
   way from a fault to its line. Without it the text is still written, checked and saved. */
(function () {
  "use strict";

  function boxes() { return document.querySelectorAll("[data-lines]"); }

  /** As high as each line is in the textarea: measured in a copy of its text. */
  function heights(text) {
    var copy = document.createElement("div"), look = getComputedStyle(text);
    copy.className = "wb-lines__copy";
    copy.style.width = (text.clientWidth - parseFloat(look.paddingLeft) - parseFloat(look.paddingRight)) + "px";
    copy.style.font = look.font; copy.style.lineHeight = look.lineHeight; copy.style.letterSpacing = look.letterSpacing;
    text.value.split("\n").forEach(function (line) {
      var one = document.createElement("div");
      one.textContent = line || "\u200b"; copy.append(one);
    });
    document.body.append(copy);
    var found = Array.from(copy.children, function (one) { return one.getBoundingClientRect().height; });
    copy.remove();
    return found;
  }

  function wrongLines() {
    return Array.from(document.querySelectorAll("#profile-faults [data-to-line]"), function (each) { return Number(each.dataset.toLine); });
  }

  function draw(box) {
    var text = box.querySelector("textarea"), numbers = box.querySelector(".wb-lines__n"), wrong = wrongLines();
    numbers.replaceChildren.apply(numbers, heights(text).map(function (height, at) {
      var one = document.createElement("div");
      one.textContent = at + 1; one.style.height = height + "px";
      if (wrong.includes(at + 1)) { one.className = "is-wrong"; }
      return one;
    }));
    numbers.scrollTop = text.scrollTop;
  }

  function drawSoon(box) {
    cancelAnimationFrame(box.waiting || 0);
    box.waiting = requestAnimationFrame(function () { draw(box); });
  }

  function begin() {
    boxes().forEach(function (box) {
      if (box.begun) { return; }
      var text = box.querySelector("textarea"), numbers = box.querySelector(".wb-lines__n");
      box.begun = true;
      text.addEventListener("input", function () { drawSoon(box); });
      text.addEventListener("scroll", function () { numbers.scrollTop = text.scrollTop; });
      new ResizeObserver(function () { drawSoon(box); }).observe(text);
    });
  }

  /** The line is chosen and in sight; typing goes on there. */
  function go(line) {
    var box = boxes()[0], text = box && box.querySelector("textarea");
    if (!text) { return; }
    var lines = text.value.split("\n"), at = Math.min(Math.max(line, 1), lines.length) - 1;
    var start = lines.slice(0, at).reduce(function (sum, each) { return sum + each.length + 1; }, 0);
    var number = box.querySelectorAll(".wb-lines__n > div")[at];
    text.focus();
    text.setSelectionRange(start, start + lines[at].length);
    if (number) { text.scrollTop = number.offsetTop - text.clientHeight / 2; }
    box.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("click", function (event) {
      var button = event.target.closest("[data-to-line]");
      if (button) { go(Number(button.dataset.toLine)); }
    });
    document.body.addEventListener("htmx:afterSettle", function () { begin(); boxes().forEach(drawSoon); });
    begin();
  });
})();
