/* Reads codes with the phone's camera: with BarcodeDetector where there is one, with a vendored decoder elsewhere. */
"use strict";

const LOOKS_EVERY = 120; // milliseconds
const WIDEST = 960; // pixels that are looked at
const SAME_AGAIN = 2500; // milliseconds for which a code must be out of sight before it is read again

class Camera {
  constructor(video, { onRead, onStop }) {
    Object.assign(this, { video, onRead, onStop, last: "", goneAt: null, isPaused: false });
    this.canvas = document.createElement("canvas");
  }

  static get isPossible() { return Boolean(navigator.mediaDevices?.getUserMedia); }
  get isOn() { return Boolean(this.stream); }
  get track() { return this.stream?.getVideoTracks()[0]; }
  get hasTorch() { return Boolean(this.track?.getCapabilities?.().torch); }

  async start() {
    this.stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
    this.track.addEventListener("ended", () => this.stop());
    this.video.srcObject = this.stream;
    await this.video.play();
    this.detect = await this.nativeDetector() ?? this.vendoredDetector();
    navigator.wakeLock?.request("screen").then((lock) => { this.lock = lock; }, () => {});
    this.look();
  }

  stop() {
    clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.lock?.release();
    this.lock = null;
    this.onStop();
  }

  torch(isOn) { return this.track.applyConstraints({ advanced: [{ torch: isOn }] }); }

  async nativeDetector() {
    const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? [];
    if (!formats.includes("qr_code")) return null;
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(this.video))[0]?.rawValue ?? "";
  }

  vendoredDetector() {
    this.worker ??= new Worker(Door.config.files.reader);
    this.worker.postMessage({ jsqr: new URL(Door.config.files.jsqr, location).href });
    return () => new Promise((resolve) => {
      const { videoWidth, videoHeight } = this.video;
      if (!videoWidth) return resolve("");
      const scale = Math.min(1, WIDEST / Math.max(videoWidth, videoHeight));
      const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
      Object.assign(this.canvas, { width, height });
      const context = this.canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(this.video, 0, 0, width, height);
      const pixels = context.getImageData(0, 0, width, height).data.buffer;
      this.worker.onmessage = ({ data }) => resolve(data);
      this.worker.postMessage({ pixels, width, height }, [pixels]);
    });
  }

  async look() {
    if (!this.isOn) return;
    if (!this.isPaused) {
      const text = await this.detect().catch(() => "");
      if (text) {
        const isBack = this.goneAt !== null && Date.now() - this.goneAt > SAME_AGAIN;
        if (text !== this.last || isBack) this.onRead(text);
        Object.assign(this, { last: text, goneAt: null });
      } else {
        this.goneAt ??= Date.now();
      }
    }
    if (this.isOn) this.timer = setTimeout(() => this.look(), LOOKS_EVERY);
  }
}
