/* The page of a return: a form that somebody fills in is theirs until they send it or let it go; what was sent is looked after at once. */
(function () {
  "use strict";
  function ours(node) { return node && node.closest ? node.closest("#return form[data-act]") : null; }

  function typing(event) { var form = ours(event.target); if (form) { form.dataset.edited = ""; } }

  /** 204 = it is kept: the question is closed, and the page shows that it is under way. */
  function sent(event) {
    var form = ours(event.detail.elt), dialog = form && form.closest("dialog");
    if (!form || !event.detail.successful) { return; }
    if (event.detail.xhr.status !== 204) { return; }
    delete form.dataset.edited;
    if (form.closest("details")) { form.closest("details").open = false; }
    if (form.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) { document.activeElement.blur(); }
    if (form.hasAttribute("data-asking")) {
      if (dialog && dialog.open) { dialog.close(); }
      document.dispatchEvent(new Event("waybill:look"));
    }
  }

  function click(event) {
    var show = event.target.closest("[data-show-changes]"), goes = event.target.closest("a[data-goes]");
    if (show) {
      document.querySelectorAll("#return form[data-edited]").forEach(function (form) { delete form.dataset.edited; });
      document.dispatchEvent(new Event("waybill:look"));
    }
    if (goes) {
      var part = document.querySelector(goes.getAttribute("href")), folded = part && part.querySelector("details");
      event.preventDefault();
      if (folded) { folded.open = true; window.Portal.fit(); }
      if (part) { part.focus({ preventScroll: true }); part.scrollIntoView({ block: "start" }); }
    }
  }

  /** A dialog that is left without sending holds nothing any more. */
  function left(event) {
    var dialog = event.target;
    if (!dialog.matches || !dialog.matches("#return dialog")) { return; }
    dialog.querySelectorAll("form[data-edited]").forEach(function (form) { delete form.dataset.edited; form.reset(); });
    document.dispatchEvent(new Event("waybill:look"));
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("input", typing);
    document.body.addEventListener("change", typing);
    document.body.addEventListener("click", click);
    document.body.addEventListener("htmx:afterRequest", sent);
    document.body.addEventListener("close", left, true);
  });
})();
