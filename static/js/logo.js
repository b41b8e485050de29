/* A chosen picture is drawn anew as a small PNG before it is sent: that is all the server takes, whatever it was. */
(function () {
  "use strict";
  function drawn(file, most) {
    var reader = new FileReader(), picture = new Image();
    return new Promise(function (done, wrong) {
      picture.onload = done; picture.onerror = reader.onerror = wrong;
      reader.onload = function () { picture.src = reader.result; };
      reader.readAsDataURL(file); // the page's policy knows no blob: addresses
    }).then(function () {
      // An SVG without a size of its own has none.
      var width = picture.naturalWidth || most, height = picture.naturalHeight || most;
      var scale = Math.min(1, most / Math.max(width, height));
      var canvas = document.createElement("canvas");
      canvas.width = Math.max(16, Math.round(width * scale)); canvas.height = Math.max(16, Math.round(height * scale));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(done, "image/png"); });
    });
  }
  document.addEventListener("change", function (event) {
    var input = event.target;
    if (!input.matches("input[type=file][data-logo]") || !input.files.length) { return; }
    var file = input.files[0];
    drawn(file, Number(input.dataset.logo)).then(function (blob) {
      if (input.files[0] !== file) { return; } // another one was chosen meanwhile
      var list = new DataTransfer();
      list.items.add(new File([blob], "logo.png", { type: "image/png" }));
      input.files = list.files;
    }).catch(function () { /* as it is: the server says what is wrong with it */ });
  });
})();
