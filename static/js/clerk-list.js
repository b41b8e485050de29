/* The list: what lies here, what comes, what was counted of late. */
window.ClerkList = (function () {
  "use strict";
  const Say = window.ClerkSay, t = Say.t, h = Say.h;
  const TONES = { requested: "amber", approved: "blue", collection_booked: "blue", in_transit: "violet", received: "amber", inspected: "green", refunded: "grey", replaced: "grey", closed: "grey", refused: "grey" };

  function goods(each) { return each.rows.map((row) => row.title + " × " + Say.number(row.asked)).join(", "); }

  function line(each, open) {
    return h("button", { type: "button", class: "clerk-pick", id: "return-" + each.id, onclick: () => open(each.id) },
      h("span", {}, h("b", { class: "wb-strong wb-num" }, each.number), h("span", { class: "wb-small wb-2nd" }, (each.client || t("unknown_client")) + (each.rows.length ? ": " + goods(each) : ""))),
      h("span", { class: "wb-tag is-" + TONES[each.stage] }, t("tag_" + each.stage)));
  }

  function group(id, title, list, open) {
    return list.length ? h("section", { class: "wb-card wb-card--flush", "aria-labelledby": id }, h("div", { class: "wb-card__head" }, h("h2", { id: id }, title), h("span", { class: "wb-count wb-push" }, String(list.length))), list.map((each) => line(each, open))) : null;
  }

  function undecided(list, decide) {
    return list.length ? h("section", { class: "wb-card wb-card--flush", "aria-labelledby": "h-unknown" }, h("div", { class: "wb-card__head" }, h("h2", { id: "h-unknown" }, t("undecided")), h("span", { class: "wb-count wb-push" }, String(list.length))),
      list.map((item) => h("button", { type: "button", class: "clerk-pick", id: "unknown-" + item.id, onclick: () => decide(item) }, h("b", { class: "wb-strong wb-num" }, item.code), h("span", { class: "wb-small" }, t("decide"))))) : null;
  }

  /** `all`: {returns, unknown, told (whether the server ever answered)}; `does`: {open, decide, parcel}. */
  function draw(all, does) {
    const here = all.returns.filter((each) => each.stage === "received"), counted = all.returns.filter((each) => each.stage === "inspected");
    const coming = all.returns.filter((each) => !here.includes(each) && !counted.includes(each));
    const nothing = all.told ? h("section", { class: "wb-card" }, Say.state("box", t("empty"), t("empty_text"))) : h("section", { class: "wb-card", "aria-busy": "true" }, Say.state("hourglass", t("loading"), ""));
    return [
      undecided(all.unknown, does.decide),
      group("h-here", t("here"), here, does.open),
      group("h-coming", t("coming"), coming, does.open),
      group("h-counted", t("counted"), counted, does.open),
      all.returns.length ? null : nothing,
      Say.button("parcel", t("parcel"), does.parcel, "wb-btn--wide", "box"),
    ];
  }

  return { draw: draw, undecided: undecided };
})();
