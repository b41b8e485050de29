/* The one field: a hardware scanner that types wherever the keyboard is, the camera, a hand; and the menu. */
window.ClerkInput = (function () {
  "use strict";
  const Say = window.ClerkSay, Send = window.ClerkSend, Kept = window.ClerkKept, Camera = window.ClerkCamera, Sound = window.ClerkSound, t = Say.t, h = Say.h;
  const field = document.getElementById("scan"), form = document.getElementById("scan-form"), QUICK = 60;
  let page = null, typedAt = 0, quick = false;

  function take() {
    const text = field.value;
    field.value = "";
    if (text.trim()) { window.ClerkDo.scanned(text); }
  }

  /** A scanner does not look where the keyboard is: whatever is typed past every other field belongs here. */
  function typed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !page.me) { return; }
    const at = event.target, writes = at.matches("input:not(#scan), textarea, select");
    quick = event.timeStamp - typedAt < QUICK; typedAt = event.timeStamp;
    if (at === field) {
      // Some scanners end with a tab.
      if (event.key === "Tab" && quick && field.value.length > 3) { event.preventDefault(); take(); }
      return;
    }
    if (writes || event.key.length !== 1 || (event.key === " " && at.matches("button, summary, a"))) { return; }
    Say.shut();
    field.focus({ preventScroll: true });
  }

  /** The view is drawn anew a moment after a scan: what was pressed then is another one when the mouse is let up, and got no click. */
  let down = null;
  function pressed(event) { down = event.pointerType === "mouse" && event.button === 0 ? event.target.closest("button[id], summary[id]") : null; }
  function letUp(event) {
    const was = down, on = was && !was.isConnected && document.getElementById(was.id);
    down = null;
    if (on && on.contains(event.target) && on.textContent === was.textContent) { setTimeout(() => on.click(), 0); }
  }

  function byHand(is) {
    field.setAttribute("inputmode", is ? "text" : "none");
    field.blur(); field.focus();
  }

  function camera() {
    if (!Camera.can()) { cannot("camera_none", "camera_none_text"); return; }
    const video = h("video", { class: "clerk-video", playsinline: true, muted: true, "aria-label": t("camera_title") });
    let watching = null, shut = false;
    Say.ask(t("camera_title"), [video, h("div", { class: "wb-dialog__do" }, Say.button(null, t("cancel"), Say.shut))], () => { shut = true; if (watching) { watching.stop(); } });
    Camera.watch(video, (code) => { Say.shut(); window.ClerkDo.scanned(code); })
      .then((found) => { watching = found; if (shut) { found.stop(); } })
      .catch(() => { cannot("camera_refused", "camera_refused_text"); });
  }
  function cannot(title, text) {
    Say.ask(t(title), [h("p", {}, t(text)), h("div", { class: "wb-dialog__do" }, Say.button(null, t("keyboard_on"), () => { Say.shut(); byHand(true); }, "wb-btn--primary"), Say.button(null, t("cancel"), Say.shut))]);
  }

  function menu() {
    const typing = field.getAttribute("inputmode") !== "none", other = document.documentElement.lang === "ru" ? "en" : "ru";
    Say.ask(t("menu"), [page.me ? h("p", { class: "wb-small wb-2nd" }, t("i_am", { name: page.me.name })) : null, h("div", { class: "clerk-menu" },
      page.me ? Say.button("menu-keyboard", t(typing ? "keyboard_off" : "keyboard_on"), () => { Say.shut(); byHand(!typing); }, "wb-btn--wide", "edit") : null,
      Say.button("menu-sound", t(Sound.on() ? "sound_off" : "sound_on"), () => { Sound.turn(); Say.shut(); Sound.say("good"); }, "wb-btn--wide", "info"),
      h("a", { class: "wb-btn wb-btn--wide", href: "/clerk/?lang=" + other + location.hash }, Say.icon("doc"), t("language")),
      page.me ? Say.button("menu-off", t("sign_off"), signOff, "wb-btn--wide wb-btn--danger-plain", "lock") : null),
    h("p", { class: "wb-tiny wb-muted" }, t("home")), h("div", { class: "wb-dialog__do" }, Say.button(null, t("cancel"), Say.shut))]);
  }
  async function signOff() {
    const kept = Send.mine(await Kept.queue()), cancel = Say.button(null, t("cancel"), Say.shut);
    if (kept.length) { Say.ask(t("sign_off_sure"), [h("p", {}, t("sign_off_unsent", { what: Say.what(kept) })), h("div", { class: "wb-dialog__do" }, cancel)]); return; }
    const sure = Say.button(null, t("sign_off"), () => window.ClerkAsk.send("/sign-off", { sure: true }).then(() => { location.hash = ""; location.reload(); }).catch(() => { Say.shut(); Send.lost(); }), "wb-btn--danger");
    Say.ask(t("sign_off_sure"), [h("p", {}, t("sign_off_text")), h("div", { class: "wb-dialog__do" }, cancel, sure)]);
  }

  function begin(of) {
    page = of;
    form.addEventListener("submit", (event) => { event.preventDefault(); take(); });
    document.addEventListener("keydown", typed, true);
    document.addEventListener("pointerdown", pressed, true);
    document.addEventListener("pointerup", letUp, true);
    document.getElementById("camera").addEventListener("click", camera);
    document.getElementById("more").addEventListener("click", menu);
  }
  return { begin: begin };
})();
