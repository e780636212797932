/* Find a QR code in a picture, beside the page so that it never stutters: for browsers without BarcodeDetector. */
"use strict";

self.onmessage = ({ data }) => {
  if (data.jsqr) {
    importScripts(data.jsqr);
    return;
  }
  const { pixels, width, height } = data;
  const code = self.jsQR(new Uint8ClampedArray(pixels), width, height, { inversionAttempts: "dontInvert" });
  self.postMessage(code ? code.data : "");
};
