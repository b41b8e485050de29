/* Words of the page in its language, and small parts that its views draw. */
window.ClerkSay = (function () {
  "use strict";
  const words = JSON.parse(document.getElementById("said").textContent), lang = document.documentElement.lang, plural = new Intl.PluralRules(lang);
  const TONES = { good: ["green", "check-circle"], warn: ["amber", "alert"], bad: ["red", "alert-circle"], info: ["blue", "info"] };

  function t(key, holes) {
    const entry = words[key], given = holes || {};
    if (entry === undefined) { throw new Error("no words: " + key); }
    const text = typeof entry === "string" ? entry : entry[plural.select(given.n)] || entry.other;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in given ? given[name] : whole));
  }
  function number(value) { return Number(value).toLocaleString(lang, { maximumFractionDigits: 3 }); }
  function time(text) { return new Date(text).toLocaleTimeString(lang === "ru" ? "ru-RU" : "en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }); }

  /** An element. `set`: attributes; `on…` listens; true = there, false/null/undefined = not there. Children: elements, texts, nothing. */
  function h(name, set, ...children) {
    const made = document.createElement(name);
    Object.entries(set || {}).forEach(([key, value]) => {
      if (value === false || value === null || value === undefined) { return; }
      if (key.startsWith("on")) { made.addEventListener(key.slice(2), value); } else { made.setAttribute(key, value === true ? "" : value); }
    });
    made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
    return made;
  }
  function icon(name, size) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "svg"), use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    made.setAttribute("class", "wb-i" + (size ? " wb-i--" + size : "")); made.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#i-" + name); made.append(use);
    return made;
  }
  /** `look`: further classes; `id` keeps the keyboard where it was when the view is drawn anew. */
  function button(id, label, press, look, picture, more) {
    return h("button", Object.assign({ type: "button", id: id, class: "wb-btn " + (look || ""), onclick: press }, more), picture ? icon(picture) : null, label);
  }
  function banner(kind, title, text, does) {
    const [tone, picture] = TONES[kind];
    return h("div", { class: "wb-banner wb-banner--slim is-" + tone }, icon(picture), h("div", {}, h("p", { class: "wb-small" }, h("b", { class: "wb-strong" }, title), text ? " " + text : "")), does || null);
  }
  function state(picture, title, text, ...does) {
    return h("div", { class: "wb-state" }, icon(picture), h("h2", { class: "wb-h4" }, title), h("p", {}, text), does);
  }

  /** Draws anew what a box holds, and leaves the keyboard on the same control. */
  function fill(box, ...children) {
    const focus = box.contains(document.activeElement) ? document.activeElement.id : "";
    box.replaceChildren(...children.flat(3).filter(Boolean));
    box.hidden = !box.childNodes.length;
    const again = focus && document.getElementById(focus);
    if (again) { again.focus({ preventScroll: true }); }
  }

  /** "2 скана и 1 фото": what of these is kept here. */
  function what(items) {
    const photos = items.filter((item) => item.kind === "photo" || item.kind === "stray-photo").length, scans = items.filter((item) => item.kind === "scan").length;
    const rest = items.length - photos - scans, said = [];
    if (scans) { said.push(t("n_scans", { n: scans })); }
    if (photos) { said.push(t("n_photos", { n: photos })); }
    if (rest) { said.push(t("n_other", { n: rest })); }
    return said.length ? said.join(t("and")) : t("nothing");
  }

  // ---- One dialog for all questions ----
  const dialog = document.getElementById("dialog");
  let closed = null;
  function over() { const after = closed; closed = null; dialog.replaceChildren(); if (after) { after(); } }
  // The event comes later: by then the next question may be open.
  dialog.addEventListener("close", () => { if (!dialog.open) { over(); } });
  function ask(title, children, after) {
    if (dialog.open) { dialog.close(); over(); }
    dialog.replaceChildren(h("h2", { id: "dialog-h", tabindex: "-1" }, title), ...children.flat(3).filter(Boolean));
    closed = after || null;
    dialog.showModal();
    const first = dialog.querySelector("[autofocus]") || dialog.querySelector("h2");
    first.focus();
  }
  function shut() { if (dialog.open) { dialog.close(); } }

  return { t: t, number: number, time: time, h: h, icon: icon, button: button, banner: banner, state: state, fill: fill, what: what, ask: ask, shut: shut, dialog: dialog };
})();
