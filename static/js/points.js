/* The pickup point chooser: the map beside the list, and the bar that names the choice. The list works without it; Leaflet is
   loaded when a chooser is opened, from our own server. */
(function () {
  "use strict";
  var map = null, layer = null, shown = {}, picked = null, pending = null, moving = false, loading = null;
  var FIRST = [[41, 20], [72, 170]], WAIT = 250, NEAREST = 5;

  function box() { return document.getElementById("points"); }
  function form() { return document.getElementById("points-form"); }
  function ask() { window.htmx.trigger(form(), "points-ask"); }

  // ---- The bar: what is chosen ----
  function chosen() {
    var bar = document.getElementById("points-choose");
    if (!bar) { return; }
    var row = document.querySelector("#points-list input[name=row]:checked"), name = bar.querySelector("[data-chosen]");
    bar.elements.point.value = row ? row.value : "";
    name.textContent = row ? row.dataset.title : name.dataset.none;
    bar.querySelector("[data-chosen-hint]").textContent = row ? row.dataset.hint : "";
    bar.querySelector("[data-choose]").disabled = !row;
    if (row) { form().elements.pick.value = row.value; }
    if (map) { mark(row); }
  }

  // ---- Leaflet, once ----
  function leaflet(place) {
    if (window.L) { return Promise.resolve(window.L); }
    loading = loading || new Promise(function (done, fail) {
      var sheet = document.createElement("link"), script = document.createElement("script");
      sheet.rel = "stylesheet"; sheet.href = place.dataset.css;
      script.src = place.dataset.js;
      script.onload = function () { done(window.L); };
      script.onerror = function () { loading = null; fail(new Error("leaflet")); };
      document.head.append(sheet, script);
    });
    return loading;
  }

  function start() {
    var place = document.getElementById("points-map");
    if (!place || place.dataset.on) { return; }
    place.dataset.on = "1";
    leaflet(place).then(function (L) {
      if (!document.contains(place)) { return; }
      // Leaflet gives a map that is pressed the keyboard: the portal's page would scroll to it under the mouse, and the press miss its pin.
      place.focus = function () { HTMLElement.prototype.focus.call(place, { preventScroll: true }); };
      map = L.map(place, { zoomControl: false, minZoom: 2, maxZoom: 18, zoomSnap: 1, fadeAnimation: false });
      map.attributionControl.setPrefix(false);
      L.tileLayer(place.dataset.tiles, { attribution: place.dataset.attribution, maxZoom: 18 }).addTo(map);
      layer = L.layerGroup().addTo(map); shown = {};
      place.querySelector(".wb-map__tools").hidden = false;
      if (place.dataset.client) { client(L, place); }
      map.on("moveend", moved);
      lead();
      chosen();
    }).catch(function () { place.querySelector("[data-map-off]").hidden = false; });
  }

  function client(L, place) {
    var icon = L.divIcon({ className: "wb-client", iconSize: [14, 14] });
    L.marker(place.dataset.client.split(",").map(Number), { icon: icon, interactive: false, keyboard: false, alt: place.dataset.sayClient }).addTo(map);
  }

  /** To where the list is counted from, what was typed or the client, with the nearest of its points: a phone's map is small. */
  function lead() {
    var list = document.getElementById("points-list"), L = window.L, zoom = Number(list.dataset.z) || 12;
    if (!list.dataset.lat) { map.fitBounds(FIRST, { animate: false }); return; }
    var near = Array.from(list.querySelectorAll("input[name=row][data-lat]:not(:disabled)")).slice(0, NEAREST).map(place);
    map.fitBounds(L.latLngBounds(near.concat([place(list)])), { animate: false, maxZoom: zoom, padding: [30, 30] });
  }
  function place(element) { return [Number(element.dataset.lat), Number(element.dataset.lon)]; }

  /** The window is put into the form: the list and the dots are asked for the same. */
  function moved() {
    var sides = map.getBounds(), fields = form().elements;
    fields.z.value = map.getZoom();
    fields.west.value = sides.getWest().toFixed(5); fields.south.value = sides.getSouth().toFixed(5);
    fields.east.value = sides.getEast().toFixed(5); fields.north.value = sides.getNorth().toFixed(5);
    clearTimeout(moving);
    dots();
    moving = setTimeout(ask, WAIT);
  }
  function forget() { ["z", "west", "south", "east", "north", "pick"].forEach(function (name) { form().elements[name].value = ""; }); }

  // ---- Dots ----
  function dots() {
    if (!map) { return; }
    if (pending) { pending.abort(); }
    delete document.getElementById("points-map").dataset.drawn;
    var mine = pending = new AbortController();
    window.Waybill.ask("/tab/points/map?" + new URLSearchParams(new FormData(form())), { stop: mine }).then(function (answer) { return answer.json(); }).then(function (found) {
      if (mine === pending && map) { draw(found); }
    }).catch(function (error) { if (error && error.act) { window.Waybill.obey(error); } });
  }

  function draw(found) {
    var L = window.L, place = document.getElementById("points-map");
    place.querySelector("[data-map-about]").hidden = !found.about;
    var before = shown;
    shown = {};
    found.dots.forEach(function (dot) {
      // One that stays is left alone: it may be under somebody's finger just now.
      var key = dot.join("|") + found.about;
      shown[key] = shown[key] || before[key] || marker(L, place, dot, found.about).addTo(layer);
      delete before[key];
    });
    Object.keys(before).forEach(function (key) { layer.removeLayer(before[key]); });
    place.dataset.drawn = String(found.dots.length);
  }
  function marker(L, place, dot, about) {
    var n = Math.abs(dot[2]), grey = dot[2] < 0 ? " is-off" : "";
    if (dot[3]) {
      return L.marker([dot[0], dot[1]], { icon: L.divIcon({ className: "wb-pin" + grey, html: L.Util.template("<b>{mark}</b>", { mark: plain(dot[4]) }), iconSize: null }), title: dot[4] + ", " + dot[5] })
        .on("click", function () { form().elements.pick.value = dot[3]; ask(); });
    }
    var said = about ? place.dataset.sayAbout + " " + n : String(n);
    return L.marker([dot[0], dot[1]], { icon: L.divIcon({ className: "wb-cluster" + grey + (n > 99 ? " is-many" : ""), html: "<b>" + short(n) + "</b>", iconSize: null }), title: place.dataset.sayMany.replace("#", said) })
      .on("click", function () { map.setView([dot[0], dot[1]], Math.min(map.getZoom() + 2, 18), { animate: false }); });
  }
  function short(n) { return n > 999 ? Math.round(n / 1000) + "k" : String(n); }
  function plain(text) { var span = document.createElement("span"); span.textContent = text; return span.innerHTML; }
  /** The chosen point stands out, also where it is one of a cluster. */
  function mark(row) {
    if (picked) { picked.remove(); picked = null; }
    if (!row || !row.dataset.lat) { return; }
    var html = "<b>" + plain(row.dataset.title.split(":")[0]) + "</b>";
    picked = window.L.marker([Number(row.dataset.lat), Number(row.dataset.lon)], { icon: window.L.divIcon({ className: "wb-pin is-picked", html: html, iconSize: null }), interactive: false, keyboard: false, zIndexOffset: 1000 }).addTo(map);
  }

  // ---- Coming and going ----
  function opened() {
    var head = document.getElementById("points-h");
    if (head && document.activeElement !== head) { head.focus({ preventScroll: true }); window.Portal.top(); }
  }
  function leave() {
    clearTimeout(moving);
    if (pending) { pending.abort(); pending = null; }
    if (map) { map.remove(); map = layer = picked = null; }
    document.getElementById("points-place").textContent = "";
    window.Portal.fit();
    var back = document.getElementById("points-open");
    if (back) { back.focus(); }
  }

  var typed = "", grown = 0, told = false;
  document.addEventListener("waybill:begin", function () {
    var body = document.body;
    body.addEventListener("click", function (event) {
      if (event.target.closest("[data-points-back]")) { leave(); }
      var zoom = event.target.closest("[data-zoom]");
      if (zoom && map) { map.setZoom(map.getZoom() + Number(zoom.dataset.zoom), { animate: false }); }
    });
    body.addEventListener("change", function (event) { if (event.target.name === "row" && box()) { chosen(); } });
    // Enter is a change and a submission: one question. A field that is left with another text asks by itself.
    body.addEventListener("change", function (event) {
      if (!box() || event.target.name !== "q" || event.target.form !== form()) { return; }
      event.stopPropagation();
      setTimeout(function () { if (form() && form().elements.q.value !== typed) { ask(); } }, 0);
    }, true);
    // Another text leads elsewhere: the window that was looked at before says nothing about it.
    body.addEventListener("htmx:configRequest", function (event) {
      if (event.detail.elt !== form()) { return; }
      var text = form().elements.q.value;
      var whys = document.getElementById("points-whys");
      told = Boolean(whys && whys.open);
      grown = event.detail.parameters.shown ? document.querySelectorAll("#points-list .wb-pt").length : 0;
      if (text === typed) { return; }
      typed = text;
      forget();
      ["z", "west", "south", "east", "north", "pick"].forEach(function (name) { event.detail.parameters[name] = ""; });
      form().dataset.leads = "1";
    });
    body.addEventListener("htmx:afterSwap", function (event) {
      // The live part is swapped without a request of its own: that says nothing about the chooser.
      if (!box() || !event.detail.requestConfig || !event.detail.target || !event.detail.elt) { return; }
      if (event.detail.target.id === "points-place") { typed = ""; opened(); }
      if (event.detail.target.id === "points" || event.detail.elt.id === "points") { opened(); start(); chosen(); }
      if (document.getElementById("points-list") && event.detail.requestConfig.path.indexOf("/tab/points/list") === 0) {
        // An answer to a question from before the pick does not know of it.
        var mine = document.getElementById("pt-" + form().elements.pick.value);
        if (mine && !mine.disabled) { mine.checked = true; }
        chosen();
        var whys = document.getElementById("points-whys");
        if (whys && told) { whys.open = true; }
        var next = grown ? document.querySelectorAll("#points-list .wb-pt input")[grown] : null;
        if (next) { next.focus(); }
        if (map && form().dataset.leads) { delete form().dataset.leads; lead(); } else if (event.detail.requestConfig.triggeringEvent && event.detail.requestConfig.triggeringEvent.type !== "points-ask") { dots(); }
      }
    });
    body.addEventListener("points-chosen", function () {
      var say = document.getElementById("points-place").dataset.sayChosen;
      leave();
      window.Waybill.told(say);
    });
  });
})();
