/* The portal around our frame: size, fresh keys, end of installation. Everything goes through @bitrix24/b24jssdk; without it (no frame
   around us) each call says so and the page stays usable. */
(function () {
  "use strict";
  var ready = null;

  /** Promise of the frame's library; rejected when there is no portal around us. */
  function frame() {
    if (!ready) {
      ready = window.B24Js && window.name ? window.B24Js.initializeB24Frame() : Promise.reject(new Error("no portal"));
    }
    return ready;
  }

  /* The frame is as tall as its content, so that only the portal's page scrolls. Width stays "100%": a number would stop it from following the window. */
  var told = 0;
  function fit() {
    var height = Math.ceil(document.getElementById("main").getBoundingClientRect().bottom + window.scrollY);
    if (Math.abs(height - told) < 2) { return; }
    told = height;
    frame().then(function (b24) {
      return b24.parent.message.send("resizeWindow", { width: "100%", height: height, isSafely: true });
    }).catch(function () { /* not framed: nobody to tell */ });
  }

  window.Portal = {
    fit: fit,
    /** The portal's page is scrolled to its beginning: our frame is as tall as its content and has no scroll of its own. */
    top: function () { return frame().then(function (b24) { return b24.parent.scrollParentWindow(0); }).catch(function () { window.scrollTo(0, 0); }); },
    /** Promise of a live Bitrix24 key of the person; asked anew when `fresh`. */
    key: function (fresh) {
      return frame().then(function (b24) {
        var known = fresh ? false : b24.auth.getAuthData();
        return known || b24.auth.refreshAuth();
      }).then(function (auth) { return auth.access_token; });
    },
    /** Tells the portal that the app is installed; it then reloads the page. Resolved with false when it was installed before. */
    finish: function () {
      return frame().then(function (b24) { return b24.isInstallMode ? b24.installFinish().then(function () { return true; }) : false; });
    },
    /** Opens a page of the portal in its slider. */
    open: function (path) { return frame().then(function (b24) { return b24.slider.openPath(b24.slider.getUrl(path)); }); },
    /** The portal's own dialog of employees: resolved with [{id, name}], empty when it was closed. */
    people: function () {
      return frame().then(function (b24) { return b24.dialog.selectUsers(); }).then(function (rows) {
        return Array.from(rows || []).map(function (row) { return { id: String(row.id), name: String(row.name || row.id) }; });
      });
    },
    /** Puts a value into the card's form: a field of our own type. It is saved with the card. */
    setValue: function (value) { return frame().then(function (b24) { return b24.placement.setValue(value); }); },
    /** Puts values into the form of a robot of the portal's automation. They are saved with the robot. */
    setProperty: function (values) { return frame().then(function (b24) { return b24.placement.call("setPropertyValue", values); }); },
    /** Asks the card around us to show what changed in the deal. */
    reloadCard: function () { return frame().then(function (b24) { return b24.placement.call("reloadData"); }).catch(function () {}); }
  };

  document.addEventListener("waybill:begin", function () {
    var main = document.getElementById("main");
    if (main && window.ResizeObserver) { new ResizeObserver(fit).observe(main); }
    fit();
  });
})();
