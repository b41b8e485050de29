/* A paper opens in a window of its own: begun in the click itself (later it would be a pop-up), sent to its one-use
   link as soon as that is known. Where no window may be opened, the link is offered instead. */
(function () {
  "use strict";
  var opened = new Map(); // form -> the window that waits for its link: several papers may be asked for at once

  function formOf(elt) { return elt && elt.closest ? elt.closest("form[data-paper]") : null; }

  function begin(event) {
    var button = event.target.closest("form[data-paper] button");
    var form = button && button.form, before = opened.get(form);
    if (!button || button.disabled || (before && !before.closed)) { return; }
    var tab = window.open("", "_blank");
    if (tab) { tab.opener = null; opened.set(form, tab); }
  }

  /** The link takes the button's place: one press more, and the file is there. */
  function offer(form, url) {
    var link = document.createElement("a");
    link.className = "wb-btn wb-btn--sm wb-btn--primary"; link.href = url; link.target = "_blank"; link.rel = "noopener";
    link.textContent = form.dataset.offer;
    link.addEventListener("click", function () { setTimeout(function () { link.remove(); form.hidden = false; }, 0); });
    form.hidden = true; form.after(link); link.focus();
    window.Portal.fit();
  }

  function answered(event) {
    var form = formOf(event.detail.requestConfig.elt), tab = opened.get(form), url = "";
    if (!form || event.detail.taken) { return; }
    opened.delete(form);
    event.detail.taken = true;
    if (event.detail.successful) { try { url = JSON.parse(event.detail.xhr.responseText).url; } catch (_) { /* told below */ } }
    if (tab && !tab.closed) {
      if (url) { tab.location.replace(url); } else { tab.close(); }
    } else if (url) { offer(form, url); }
  }

  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("click", begin, true);
    document.body.addEventListener("htmx:afterRequest", answered);
  });
})();

/* A form in a dialog that was sent: the dialog closes, and the tab looks at once what became of it. */
(function () {
  "use strict";
  function closed(form) {
    var dialog = form && form.closest("dialog");
    if (dialog && dialog.open) { dialog.close(); }
    document.dispatchEvent(new Event("waybill:look"));
  }
  document.addEventListener("waybill:begin", function () {
    document.body.addEventListener("htmx:afterRequest", function (event) {
      var form = event.detail.elt;
      if (event.detail.successful && form && form.matches && form.matches("form[data-closes]")) { closed(form); }
    });
    document.body.addEventListener("htmx:afterSettle", function () {
      var done = document.querySelector("dialog[open] form[data-done]");
      if (done) { closed(done); }
    });
  });
})();
