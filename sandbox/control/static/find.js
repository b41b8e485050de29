/* Rows of the coverage table that contain the text. */
(function () {
  "use strict";
  document.getElementById("find").addEventListener("input", function (event) {
    var text = event.target.value.trim().toLowerCase();
    document.querySelectorAll("tbody tr").forEach(function (row) { row.hidden = text !== "" && !row.textContent.toLowerCase().includes(text); });
  });
})();
