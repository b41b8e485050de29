/* A code that nobody knows: what it may be (found by the server), a new return of a deal, or a parcel for a manager. Until it is decided it stays in the
   list, also over reloads. */
window.ClerkStrange = (function () {
  "use strict";
  const Say = window.ClerkSay, Ask = window.ClerkAsk, t = Say.t, h = Say.h;

  function pick(label, more, press) {
    return h("button", { type: "button", class: "clerk-pick", onclick: press }, h("span", {}, h("b", { class: "wb-strong wb-num" }, label), h("span", { class: "wb-small wb-2nd" }, more)), Say.icon("right"));
  }

  /** What the server knows of the code, drawn into `box`. */
  function candidates(box, code, does) {
    if (!code) { box.replaceChildren(); return; }
    box.replaceChildren(h("p", { class: "wb-row wb-small" }, h("span", { class: "wb-spin" }), t("looking")));
    Ask.find(window.ClerkCodes.forms(code)).then((found) => {
      const list = found.returns.map((each) => pick(each.number, each.client || t("unknown_client"), () => does.open(each)));
      const deals = found.deals.map((each) => pick(each.title || each.number, t("begin_of", { client: each.client || t("unknown_client"), number: each.number }), () => begin(each, does)));
      box.replaceChildren(...[list.length ? h("h3", { class: "wb-h4" }, t("found_returns")) : "", ...list, deals.length ? h("h3", { class: "wb-h4" }, t("found_deals")) : "", ...deals,
        list.length + deals.length ? "" : h("p", { class: "wb-small wb-2nd" }, t("found_none"))].filter(Boolean));
    }).catch((error) => { box.replaceChildren(Say.banner("warn", t(error.away ? "found_offline" : "slow"))); });
  }

  /** Which goods of the deal lie in the box; a deal that was not read yet begins with none, they are scanned then. */
  function begin(deal, does) {
    const wanted = new Map(deal.goods.map((row) => [row.row, 0]));
    const rows = deal.goods.map((row) => {
      const out = h("output", {}, "0"), most = Number(row.left);
      const step = (by) => () => { const now = Math.max(0, Math.min(most, wanted.get(row.row) + by)); wanted.set(row.row, now); out.textContent = Say.number(now); };
      return h("div", { class: "clerk-stepper" }, h("span", {}, row.title), Say.button(null, "−", step(-1), "wb-btn--icon", "", { "aria-label": "− " + row.title }), out, Say.button(null, "", step(1), "wb-btn--icon", "plus", { "aria-label": t("plus", { title: row.title }) }));
    });
    Say.ask(t("begin"), [
      h("p", { class: "wb-small wb-2nd" }, t("begin_of", { client: deal.client || t("unknown_client"), number: deal.number })),
      rows.length ? [h("h3", { class: "wb-h4" }, t("begin_goods")), rows] : null,
      h("div", { class: "wb-dialog__do" }, Say.button(null, t("cancel"), Say.shut), Say.button(null, t("begin"), () => {
        const wishes = Array.from(wanted).filter(([, quantity]) => quantity > 0).map(([row, quantity]) => ({ row: row, quantity: String(quantity) }));
        Say.shut();
        does.begin(deal, wishes);
      }, "wb-btn--primary")),
    ]);
  }

  /** Rows of the return that is open: which of them has this code. */
  function which(does) {
    return does.rows.length ? h("div", { class: "wb-stack wb-stack--2" }, h("h3", { class: "wb-h4" }, t("which")), h("p", { class: "wb-small wb-2nd" }, t("which_hint")),
      does.rows.map((row) => pick(row.title, [row.sku, Say.number(row.got) + " " + t("of", { n: Say.number(row.asked) })].filter(Boolean).join(" · "), () => { Say.shut(); does.teach(row); }))) : null;
  }

  /** `code` "" = there is none on the box. `does`: {rows, teach(row), open(return), begin(deal, wishes), leave(note, photos), here(note) or null, drop() or
   *  null}. */
  function decide(code, does) {
    const box = h("div", { class: "wb-stack wb-stack--2" }), photos = [], shown = h("div", { class: "clerk-do" });
    const note = h("textarea", { class: "wb-textarea", id: "stray-note", maxlength: "500", rows: "2" });
    const file = h("input", { type: "file", accept: "image/*", capture: "environment", hidden: true, onchange: () => {
      const taken = file.files[0];
      file.value = "";
      if (!taken || photos.length >= 5) { return; }
      window.ClerkPhoto.taken(taken).then((each) => { photos.push(each); shown.append(h("span", { class: "clerk-ph is-kept" }, h("img", { src: each.thumb, alt: t("photo_alt_kept", { n: photos.length }) }))); }).catch(() => { shown.append(h("p", { class: "wb-small wb-ink-red" }, t("photo_bad"))); });
    } });
    Say.ask(t(does.rows.length ? "unknown" : "parcel"), [
      h("p", { class: "wb-small wb-2nd" }, code ? t("parcel_text", { code: code }) : t("parcel_no_code")), which(does), box,
      h("div", { class: "wb-field" }, h("label", { class: "wb-label", for: "stray-note" }, t("note_label")), note), shown, file,
      Say.button("stray-photo", t("photo"), () => file.click(), "wb-btn--wide", "camera"),
      does.here ? Say.button("stray-here", t("strange"), () => { const words = note.value; Say.shut(); does.here(words, photos); }, "wb-btn--wide", "box") : null,
      Say.button("stray-leave", t("leave"), () => { const words = note.value; Say.shut(); does.leave(words, photos); }, "wb-btn--wide wb-btn--tint", "send"),
      h("p", { class: "wb-tiny wb-muted" }, t("leave_hint")),
      h("div", { class: "wb-dialog__do" }, does.drop ? Say.button("stray-drop", t("not_parcel"), () => { Say.shut(); does.drop(); }, "wb-btn--plain") : null, Say.button("stray-close", t("cancel"), Say.shut)),
    ]);
    candidates(box, code, { open: (each) => { Say.shut(); does.open(each); }, begin: does.begin });
  }

  return { decide: decide };
})();
