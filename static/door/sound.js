/* What a thumb feels and an ear hears, without looking: two rising tones, two even ones, a low buzz. */
"use strict";

Door.signals = {
  TONES: {
    good: { shape: "sine", notes: [[880, 0, 0.11], [1320, 0.12, 0.2]], shake: [90] },
    wait: { shape: "triangle", notes: [[520, 0, 0.18], [520, 0.26, 0.18]], shake: [140, 90, 140] },
    bad: { shape: "sawtooth", notes: [[165, 0, 0.32], [130, 0.36, 0.5]], shake: [400, 120, 400] },
  },

  isOn: true,

  /* Browsers let pages sound only after somebody has touched them. */
  wake() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) return;
    this.context ??= new Context();
    if (this.context.state === "suspended") this.context.resume();
  },

  give(tone) {
    const { shape, notes, shake } = this.TONES[tone];
    if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(shake);
    if (!this.isOn || this.context?.state !== "running") return;
    for (const [pitch, from, length] of notes) {
      const begins = this.context.currentTime + from;
      const oscillator = this.context.createOscillator();
      const volume = this.context.createGain();
      oscillator.type = shape;
      oscillator.frequency.value = pitch;
      volume.gain.setValueAtTime(0.5, begins);
      volume.gain.exponentialRampToValueAtTime(0.001, begins + length);
      oscillator.connect(volume).connect(this.context.destination);
      oscillator.start(begins);
      oscillator.stop(begins + length);
    }
  },
};
