/* What a clerk hears and feels without looking: a short high tone for what was counted, a long low one for what needs them. */
window.ClerkSound = (function () {
  "use strict";
  const KINDS = { good: { tones: [[1320, 0.08]], shake: 30 }, bad: { tones: [[330, 0.16], [262, 0.24]], shake: [80, 60, 160] } };
  let context = null, on = localStorage.getItem("waybill-clerk-sound") !== "off";

  function play(tones) {
    context = context || new (window.AudioContext || window.webkitAudioContext)();
    let at = context.currentTime;
    tones.forEach(([height, length]) => {
      const tone = context.createOscillator(), loud = context.createGain();
      tone.frequency.value = height; loud.gain.setValueAtTime(0.2, at); loud.gain.exponentialRampToValueAtTime(0.001, at + length);
      tone.connect(loud).connect(context.destination);
      tone.start(at); tone.stop(at + length);
      at += length;
    });
  }

  return {
    /** `kind`: "good" or "bad". Silent where nobody has touched the page yet, as browsers want it. */
    say: (kind) => {
      if (!on) { return; }
      try { play(KINDS[kind].tones); if (navigator.vibrate) { navigator.vibrate(KINDS[kind].shake); } } catch { /* no sound here: the banner says it */ }
    },
    on: () => on,
    turn: () => { on = !on; localStorage.setItem("waybill-clerk-sound", on ? "on" : "off"); },
  };
})();
