/* The map of the point on the page of a parcel. The page needs none: without a script, on a saving phone or without a map
   there is a link to one. Leaflet comes from our own server, once the map's place comes into sight. */
(function () {
  "use strict";
  var place = document.getElementById("map"), line = navigator.connection;
  if (!place || !("IntersectionObserver" in window) || (line && line.saveData)) { return; }

  function load(then) {
    var sheet = document.createElement("link"), script = document.createElement("script");
    sheet.rel = "stylesheet"; sheet.href = place.dataset.css;
    script.src = place.dataset.js;
    script.onload = then;
    script.onerror = function () { place.hidden = true; };
    document.head.append(sheet, script);
  }

  function draw() {
    var L = window.L, at = [Number(place.dataset.lat), Number(place.dataset.lon)];
    var map = L.map(place, { zoomControl: false, dragging: false, touchZoom: false, doubleClickZoom: false, scrollWheelZoom: false,
      boxZoom: false, keyboard: false, fadeAnimation: false, center: at, zoom: 15 });
    map.attributionControl.setPrefix(false);
    L.tileLayer(place.dataset.tiles, { attribution: place.dataset.attribution, maxZoom: 18 }).addTo(map);
    L.marker(at, { icon: L.divIcon({ className: "pub-pin", iconSize: [20, 20] }), interactive: false, keyboard: false, alt: "" }).addTo(map);
    place.dataset.on = "1";
  }

  place.hidden = false;
  new IntersectionObserver(function (seen, watch) {
    if (!seen.some(function (each) { return each.isIntersecting; })) { return; }
    watch.disconnect();
    load(draw);
  }, { rootMargin: "200px" }).observe(place);
})();
