/* One return: expected against counted, condition, pictures, notes, every scan with its undo, and the end of it. */
window.ClerkReturn = (function () {
  "use strict";
  const Say = window.ClerkSay, Count = window.ClerkCount, t = Say.t, h = Say.h;
  const GRADES = { as_new: ["green", "as_new"], damaged: ["amber", "damaged"], wrong: ["red", "wrong"] };
  /** Stages in which a clerk counts; the others say why not. */
  const COUNTS = ["requested", "approved", "collection_booked", "in_transit", "received"];

  function counts(stage) { return COUNTS.includes(stage); }

  function photo(each, n) {
    const sent = !each.waits, name = t(sent ? "photo_alt_sent" : "photo_alt_kept", { n: n + 1 });
    return h("span", { class: "clerk-ph" + (sent ? "" : " is-kept"), role: "img", "aria-label": name }, h("img", { src: each.src, alt: "", loading: "lazy" }), Say.icon(sent ? "check" : "hourglass"));
  }

  function grades(row, does) {
    const at = row.last;
    return h("div", { class: "clerk-grade", role: "group", "aria-label": t("condition_of", { title: row.title }) }, Count.CONDITIONS.map((condition) => {
      const on = at.condition === condition, name = t(GRADES[condition][1]);
      return h("button", { type: "button", id: "grade-" + row.row + "-" + condition, "aria-pressed": String(on), class: on ? "is-" + GRADES[condition][0] : null, onclick: () => does.grade(row, condition) }, on ? t("picked", { name: name }) : name);
    }));
  }

  function found(row) {
    const kinds = Count.CONDITIONS.filter((condition) => row.found[condition]);
    if (kinds.length < 2) { return null; }
    return h("p", { class: "wb-small wb-2nd" }, kinds.map((condition) => t("n_" + condition, { n: Say.number(row.found[condition]) })).join(", "));
  }

  function item(row, all, does) {
    const pictures = all.photos.filter((each) => each.row === row.row), many = row.divisible || row.asked > 3;
    const open = counts(all.whole.stage);
    return h("div", { class: "clerk-row" + (all.fresh === row.row ? " is-new" : ""), id: "row-" + row.row },
      h("div", {}, h("b", { class: "wb-strong" }, row.title), row.sku ? h("p", { class: "wb-small wb-2nd wb-num" }, row.sku) : null,
        row.got ? found(row) : h("p", { class: "wb-small wb-ink-red wb-sign" }, Say.icon("alert", 16), t(open ? "not_scanned" : "absent")),
        row.got > row.asked ? h("p", { class: "wb-small wb-ink-amber wb-sign" }, Say.icon("alert", 16), t("more_than", { n: Say.number(row.got - row.asked) })) : null,
        row.note ? h("p", { class: "wb-small" }, "«" + row.note.note + "»") : null),
      h("span", { class: "clerk-row__n" }, Say.number(row.got), " ", h("small", {}, t("of", { n: Say.number(row.asked) }))),
      open ? Say.button("plus-" + row.row, "", () => does.plus(row), "wb-btn--icon", "plus", { "aria-label": t("plus", { title: row.title }) }) : h("span"),
      open && row.last ? grades(row, does) : null,
      (open && (row.last || many)) || pictures.length ? h("div", { class: "clerk-do" }, pictures.map(photo),
        open ? [
          row.last ? Say.button("photo-" + row.row, t(pictures.length ? "photo_more" : "photo"), () => does.photo(row.row), "wb-grow", "camera", { "aria-label": t("photo_of", { what: t(pictures.length ? "photo_more" : "photo"), title: row.title }) }) : null,
          row.last ? Say.button("note-" + row.row, t("note"), () => does.note(row), "", "edit") : null,
          many ? Say.button("many-" + row.row, t("quantity"), () => does.quantity(row), row.last ? "" : "wb-grow") : null,
        ] : null) : null);
  }

  function titleOf(scan, whole) {
    const row = whole.rows.find((each) => each.row === scan.row);
    return row ? row.title : scan.code ? t("strange_code", { code: scan.code }) : t("strange_row");
  }

  function scans(all, does) {
    const undone = new Set(all.scans.map((scan) => scan.undoes).filter(Boolean));
    const list = all.scans.filter((scan) => !scan.undoes && Number(scan.quantity) > 0).reverse();
    if (!list.length) { return null; }
    // By its press: `toggle` comes a moment later, and the view may have been drawn anew, closed, in that moment.
    const press = (event) => does.toggled(!event.currentTarget.parentElement.open);
    return h("details", { class: "wb-card wb-card--flush", id: "scans", open: all.scansOpen, ontoggle: (event) => { if (event.target.isConnected) { does.toggled(event.target.open); } } }, h("summary", { id: "scans-press", onclick: press }, t("scans", { n: list.length })),
      h("ul", { class: "clerk-scans" }, list.map((scan) => {
        const gone = undone.has(scan.key), what = titleOf(scan, all.whole);
        return h("li", { class: gone ? "is-undone" : null }, h("span", { class: "wb-grow wb-small" }, what, Number(scan.quantity) === 1 ? "" : " × " + Say.number(scan.quantity), h("br"), h("span", { class: "wb-2nd" }, t("by", { name: scan.name || all.me.name, time: Say.time(scan.at) }))),
          gone || !counts(all.whole.stage) ? null : Say.button("undo-" + scan.key, "", () => does.undo(scan), "wb-btn--plain wb-btn--icon", "undo", { "aria-label": t("undo_of", { what: what }) }));
      })));
  }

  function head(counted) {
    const extra = counted.rows.reduce((sum, row) => sum + Math.max(0, row.got - row.asked), 0);
    const tag = counted.missing ? ["amber", t("missing", { n: Say.number(counted.missing) })] : extra ? ["amber", t("more_than", { n: Say.number(extra) })] : ["green", t("all_here")];
    return h("div", { class: "wb-card__head" }, h("h2", { id: "h-rows" }, t("expect", { asked: Say.number(counted.asked), got: Say.number(counted.got) })), h("span", { class: "wb-tag wb-push is-" + tag[0] }, tag[1]));
  }

  function strange(all, does) {
    const boxes = all.photos.filter((each) => !each.row), open = counts(all.whole.stage), mine = all.counted.strange;
    return [
      mine.map((scan) => h("div", { class: "clerk-row" }, h("div", {}, h("b", { class: "wb-strong" }, t("strange_row")), h("p", { class: "wb-small wb-2nd wb-num" }, scan.code || t("by_hand")), scan.note ? h("p", { class: "wb-small" }, "«" + scan.note + "»") : null), open ? Say.button("undo-strange-" + scan.key, "", () => does.undo(scan), "wb-btn--plain wb-btn--icon", "undo", { "aria-label": t("undo_of", { what: t("strange_row") }) }) : null)),
      boxes.length || mine.length ? h("div", { class: "clerk-row" }, h("b", { class: "wb-strong" }, t("box")), h("div", { class: "clerk-do" }, boxes.map(photo), open ? Say.button("photo-0", t(boxes.length ? "photo_more" : "photo"), () => does.photo(0), "wb-grow", "camera", { "aria-label": t("photo_of", { what: t(boxes.length ? "photo_more" : "photo"), title: t("box") }) }) : null)) : null,
      open ? h("div", { class: "wb-pad clerk-wide" }, Say.button("strange", t("strange"), does.strange, "wb-btn--wide", "box")) : null,
    ];
  }

  function notices(all) {
    const stage = all.whole.stage, said = [];
    if (stage === "requested") { said.push(Say.banner("info", t("stage_requested"))); }
    if (stage === "refused") { said.push(Say.banner("bad", t("stage_refused"))); }
    if (!counts(stage) && stage !== "refused" && stage !== "inspected") { said.push(Say.banner("info", t("stage_over"))); }
    all.whole.refused.forEach((why) => said.push(Say.banner("bad", t("not_done"), why)));
    return said;
  }

  /** `all`: {whole, counted, scans, photos, me, fresh, scansOpen, undecided (codes that were scanned here)}. */
  function draw(all, does) {
    return [
      notices(all),
      h("section", { class: "wb-card wb-card--flush", "aria-labelledby": "h-rows" }, head(all.counted), all.counted.rows.map((row) => item(row, all, does)), strange(all, does)),
      window.ClerkList.undecided(all.undecided, does.decide),
      scans(all, does),
    ];
  }

  /** The bar at the bottom. `all` also has {ends ("finish", "reopen" or "" = what waits to be sent), online}. */
  function bottom(all, does) {
    const whole = all.whole, counted = all.counted, words = (text) => h("p", { class: "wb-tiny wb-muted" }, text);
    const ends = all.ends || whole.waits;
    if (ends) {
      return [h("button", { type: "button", class: "wb-btn wb-btn--wide is-busy", disabled: true }, t(ends === "reopen" ? "reopening" : all.online ? "finishing" : "finishing_offline"))];
    }
    if (whole.stage === "inspected") {
      const again = whole.may_reopen ? Say.button("reopen", t("reopen"), does.reopen, "wb-btn--wide", "undo") : null;
      return [h("p", { class: "wb-sign wb-ink-green" }, Say.icon("check-circle"), h("b", {}, t("finished"))), again, words(whole.may_reopen ? t("finished_until", { until: whole.until }) : t("finished_late"))];
    }
    if (!counts(whole.stage) || whole.stage === "requested") { return []; }
    const name = whole.manager, hint = counted.missing ? t(name ? "finish_missing" : "finish_missing_nobody", { name: name, until: whole.until }) : t("finish_full", { until: whole.until });
    return [Say.button("finish", t("finish", { got: Say.number(counted.got), asked: Say.number(counted.asked) }), does.finish, "wb-btn--primary wb-btn--wide"), words(hint)];
  }

  return { draw: draw, bottom: bottom, counts: counts, titleOf: titleOf };
})();
