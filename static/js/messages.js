/* A placeholder goes into the text where the cursor was last. */
(function () {
  "use strict";
  var last = null;
  document.addEventListener("focusin", function (event) { if (event.target.matches("#plan-body, #plan-subject")) { last = event.target; } });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-insert]");
    if (!button) { return; }
    var field = last && last.isConnected && (last.id === button.dataset.into || last.id === button.dataset.or) ? last : document.getElementById(button.dataset.into);
    field.focus();
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    // As if it had been typed: the sample is drawn anew, and the form knows that it has something to keep.
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
