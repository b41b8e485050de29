/* A photo as it travels: turned the right way, at most 1600 px, a JPEG far below the server's bound; and a thumbnail that stays here. */
window.ClerkPhoto = (function () {
  "use strict";
  const LONGEST = 1600, MOST = 1400 * 1024, THUMB = 112;

  /** The picture as people see it: browsers turn it by its EXIF. */
  function read(file) {
    if (window.createImageBitmap) {
      return createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => byImage(file));
    }
    return byImage(file);
  }
  function byImage(file) {
    return new Promise((done, failed) => {
      const image = new Image(), address = URL.createObjectURL(file);
      image.onload = () => { URL.revokeObjectURL(address); done(image); };
      image.onerror = () => { URL.revokeObjectURL(address); failed(new Error("no picture")); };
      image.src = address;
    });
  }
  function drawn(picture, longest) {
    const width = picture.naturalWidth || picture.width, height = picture.naturalHeight || picture.height, by = Math.min(1, longest / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * by)); canvas.height = Math.max(1, Math.round(height * by));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
  function jpeg(canvas, quality) { return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", quality)); }

  /** {blob, thumb (an address of data)}; rejected for what is no picture. */
  async function taken(file) {
    const picture = await read(file);
    let longest = LONGEST, blob = await jpeg(drawn(picture, longest), 0.82);
    while (blob.size > MOST && longest > 400) { longest = Math.round(longest * 0.75); blob = await jpeg(drawn(picture, longest), 0.75); }
    return { blob: blob, thumb: drawn(picture, THUMB).toDataURL("image/jpeg", 0.7) };
  }

  return { taken: taken };
})();
