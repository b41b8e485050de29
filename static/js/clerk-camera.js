/* The camera as a scanner, where the browser can read barcodes (BarcodeDetector). Elsewhere the button says so. */
window.ClerkCamera = (function () {
  "use strict";
  const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "itf", "qr_code", "data_matrix", "codabar"], EVERY = 150;

  function can() { return "BarcodeDetector" in window && Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia); }

  async function detector() {
    const known = await window.BarcodeDetector.getSupportedFormats();
    return new window.BarcodeDetector({ formats: FORMATS.filter((each) => known.includes(each)) });
  }

  /** Shows the camera in `video` until a code is read or `stop()` is called on what it returns. `found(code)` is told once. */
  async function watch(video, found) {
    const eye = await detector(), stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    let timer = 0;
    function stop() { clearTimeout(timer); timer = -1; stream.getTracks().forEach((track) => track.stop()); video.srcObject = null; }
    video.srcObject = stream;
    await video.play();
    async function look() {
      const codes = await eye.detect(video).catch(() => []);
      if (timer < 0) { return; }
      if (codes.length) { stop(); found(codes[0].rawValue); return; }
      timer = setTimeout(look, EVERY);
    }
    look();
    return { stop: stop };
  }

  return { can: can, watch: watch };
})();
