/* What a clerk does: each act is written to the phone's disk first, then said, then sent (clerk-send.js). */
window.ClerkDo = (function () {
  "use strict";
  const Kept = window.ClerkKept, Say = window.ClerkSay, Count = window.ClerkCount, Codes = window.ClerkCodes, Sound = window.ClerkSound, t = Say.t, h = Say.h;
  let page = null;

  function key() { return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join(""); }
  function now() { return new Date().toISOString(); }
  function item(kind, of, more) { return Object.assign({ kind: kind, of: of, place: page.me.place, clerk: page.me.clerk, at: now() }, more); }
  /** `goods`: of which goods it `teaches` a code. */
  function scan(of, more, goods) {
    const body = Object.assign({ key: key(), at: now(), code: "", row: 0, quantity: "1", condition: "as_new", undoes: "", note: "", teaches: "" }, more);
    return item("scan", of, { key: body.key, goods: goods || "", body: body });
  }
  function undo(of, each) { return Object.assign(scan(of, { row: each.row, quantity: "0", condition: each.condition, undoes: each.key }), { forgets: each.teaches || "" }); }

  function keep(items) { return Kept.add(items).then(page.changed); }
  /** The row as it stands now: what was drawn, or was there when a dialog opened, may have been counted on since. */
  function fresh(row) { return page.whole && page.count().rows.find((each) => each.row === row.row) || row; }

  // ---- Scans ----
  function said(of, row, quantity, body) {
    const whole = page.count(), mine = whole.rows.find((each) => each.row === row);
    const over = mine.got > mine.asked, params = { title: mine.title, got: Say.number(mine.got), asked: Say.number(mine.asked) };
    page.fresh = row;
    page.say({ kind: over ? "warn" : "good", title: t(over ? "scanned_more" : "scanned", params), text: over ? t("scanned_more_text") : body.teaches ? t("taught") : "", code: body.code || t("by_hand"), at: body.at, undo: body });
    Sound.say(over ? "bad" : "good");
  }
  async function add(row, more) {
    const of = page.open, made = scan(of, Object.assign({ row: row.row }, more));
    await keep([made]);
    if (page.open === of) { said(of, row.row, made.body.quantity, made.body); page.draw(); }
  }

  /** The rows that a code nobody knows may be of, those that still lack pieces first. */
  function teachable() {
    const rows = page.open && window.ClerkReturn.counts(page.whole.stage) ? page.count().rows.filter((row) => row.goods) : [];
    return rows.filter((row) => row.got < row.asked).concat(rows.filter((row) => row.got >= row.asked));
  }
  /** It is counted, and from now on the code is these goods', in all returns. */
  async function teach(of, row, unknown) {
    const made = scan(of, { row: row.row, code: unknown.code, teaches: Codes.bare(unknown.code) }, row.goods);
    await Kept.decide(unknown.id, [made]);
    await page.changed();
    if (page.open === of) { said(of, row.row, made.body.quantity, made.body); page.draw(); }
  }

  async function takeBack(each) {
    const scans = page.scans(), gone = scans.some((other) => other.undoes === each.key), what = window.ClerkReturn.titleOf(each, page.whole);
    if (!gone) { await keep([undo(page.open, each)]); }
    page.say({ kind: "info", title: t(gone ? "nothing_to_undo" : "undone", { what: what }), code: each.code, at: now() });
  }

  /** The last piece of the row was found otherwise: it is taken back and scanned so, with its note. */
  function grade(drawn, condition) {
    const row = fresh(drawn), last = row.last, of = page.open;
    if (!last || last.condition === condition) { return undefined; }
    const items = [undo(of, last), scan(of, { row: row.row, code: last.code, quantity: last.quantity, condition: condition, teaches: last.teaches || "" }, row.goods)];
    if (row.note) { items.push(undo(of, row.note), scan(of, { row: row.row, quantity: "0", condition: condition, note: row.note.note })); }
    return keep(items);
  }

  function note(row) {
    const area = h("textarea", { class: "wb-textarea", id: "note", rows: "3", maxlength: "500", autofocus: true });
    area.value = row.note ? row.note.note : "";
    ask(t("note_title", { title: row.title }), h("div", { class: "wb-field" }, h("label", { class: "wb-label", for: "note" }, t("note_label")), area), () => {
      const text = area.value.trim(), of = page.open, items = row.note ? [undo(of, row.note)] : [];
      if (text) { items.push(scan(of, { row: row.row, quantity: "0", condition: row.last.condition, note: text })); }
      Say.shut();
      return items.length ? keep(items) : undefined;
    });
  }

  function quantity(row) {
    const input = h("input", { class: "wb-input wb-num", id: "quantity", inputmode: "decimal", autofocus: true, "aria-describedby": "quantity-h" });
    const hint = h("span", { class: "wb-hint", id: "quantity-h" }, row.divisible ? t("quantity_hint") : "");
    input.value = row.got ? String(row.got) : "";
    ask(t("quantity_title", { title: row.title }), h("div", { class: "wb-field" }, h("label", { class: "wb-label", for: "quantity" }, row.title), input, hint), () => {
      const wanted = Number(input.value.replace(",", ".").replace(/\s/g, ""));
      if (!(wanted > 0) || wanted > 9999 || (!row.divisible && !Number.isInteger(wanted))) { hint.textContent = t("wrong_number"); hint.className = "wb-error"; input.focus(); return undefined; }
      Say.shut();
      return setTo(row, wanted);
    });
  }
  /** The last scans are taken back until no more is there than is wanted; what lacks then is one scan more. */
  function setTo(drawn, wanted) {
    const row = fresh(drawn), of = page.open, mine = Count.standing(page.scans()).filter((each) => each.row === row.row && Number(each.quantity) > 0), items = [];
    let got = row.got, condition = row.last ? row.last.condition : "as_new", teacher = null;
    while (got > wanted && mine.length) { const last = mine.pop(); items.push(undo(of, last)); got -= Number(last.quantity); condition = last.condition; teacher = last.teaches ? last : teacher; }
    const rest = Math.round((wanted - got) * 1e6) / 1e6;
    if (rest > 0) { items.push(scan(of, { row: row.row, quantity: String(rest), condition: condition, code: teacher ? teacher.code : "", teaches: teacher ? teacher.teaches : "" }, row.goods)); }
    return items.length ? keep(items) : undefined;
  }

  function ask(title, field, save) {
    Say.ask(title, [h("form", { class: "wb-stack", onsubmit: (event) => { event.preventDefault(); save(); } }, field, h("div", { class: "wb-dialog__do" }, Say.button(null, t("cancel"), Say.shut), h("button", { class: "wb-btn wb-btn--primary", type: "submit" }, t("save"))))]);
  }

  // ---- Pictures ----
  function picture(taken, kind, of, more) {
    const name = key();
    return Kept.addPicture(item(kind, of, Object.assign({ key: name, blob: taken.blob }, more)), { key: name, src: taken.thumb });
  }
  function photo(row) {
    const file = document.getElementById("file"), of = page.open;
    file.onchange = () => {
      const taken = file.files[0];
      file.value = "";
      if (!taken) { return; }
      window.ClerkPhoto.taken(taken).then((each) => picture(each, "photo", of, { row: row })).then(page.changed).catch(() => { page.say({ kind: "bad", title: t("photo_bad"), at: now() }); });
    };
    file.click();
  }

  // ---- What is none of the return's, or of nobody's ----
  async function here(words, photos, code, id) {
    const of = page.open, made = scan(of, { row: 0, code: code || "", condition: "wrong", note: words });
    await Kept.decide(id, [made]);
    for (const each of photos) { await picture(each, "photo", of, { row: 0 }); }
    await page.changed();
    page.say({ kind: "warn", title: t("strange_row"), code: code || t("by_hand"), at: made.at, undo: made.body });
  }
  async function stray(words, photos, code, id, deal, wishes) {
    const name = key(), of = "stray:" + name, body = { key: name, code: code || "", note: words, at: now(), deal: deal ? deal.id : 0, wishes: wishes || [] };
    await Kept.decide(id, [item("stray", of, { key: name, body: body })]);
    for (const each of photos) { await picture(each, "stray-photo", of, { stray: name }); }
    await page.changed();
    if (deal) { page.say({ kind: "info", title: t("begin_sent"), code: code, at: now() }); page.await(name); } else { page.say({ kind: "info", title: t("left"), text: t("left_text"), code: code, at: now() }); }
  }
  /** It is this return, or goods of it. */
  async function opened(each, code, id) {
    await Kept.decide(id, []);
    await page.changed();
    await page.goTo(each.id, each);
    const found = page.whole && window.ClerkReturn.counts(page.whole.stage) ? meaning(code, [], page.whole) : null;
    if (found && found.kind === "goods") { await add(Count.lacking(found.rows, page.count()), { code: code }); }
  }
  /** `unknown`: a code that is kept until it is decided; without one there is no code on the box. */
  function decide(unknown) {
    const code = unknown ? unknown.code : "", id = unknown ? unknown.id : 0, of = page.open;
    window.ClerkStrange.decide(code, {
      rows: unknown ? teachable() : [],
      teach: (row) => teach(of, row, unknown),
      open: (each) => opened(each, code, id),
      begin: (deal, wishes) => stray("", [], code, id, deal, wishes),
      leave: (words, photos) => stray(words, photos, code, id),
      here: page.open && window.ClerkReturn.counts(page.whole.stage) ? (words, photos) => here(words, photos, code, id) : null,
      drop: unknown ? () => Kept.decide(id, []).then(page.changed) : null,
    });
  }
  function strange() {
    const area = h("textarea", { class: "wb-textarea", id: "note", rows: "3", maxlength: "500", autofocus: true });
    ask(t("strange"), h("div", { class: "wb-field" }, h("label", { class: "wb-label", for: "note" }, t("note_label")), area), () => { const words = area.value.trim(); Say.shut(); return here(words, [], "", 0); });
  }

  // ---- The end ----
  /** Once, however often it is pressed until the view shows it. */
  async function end(kind) {
    const name = key(), of = page.open, waiting = await Kept.queue();
    return waiting.some((each) => each.of === of && each.kind === kind && !each.refused) ? undefined : keep([item(kind, of, { key: name, body: { key: name } })]);
  }
  function finish() {
    if (page.count().got) { return end("finish"); }
    Say.ask(t("finish_empty"), [h("p", {}, t("finish_empty_text")), h("div", { class: "wb-dialog__do" }, Say.button(null, t("cancel"), Say.shut), Say.button(null, t("finish_sure"), () => { Say.shut(); inLine(() => end("finish")); }, "wb-btn--danger"))]);
    return undefined;
  }

  // ---- One scanned text ----
  /** Kept until somebody has decided: what is offered is lost neither by the next scan nor by a reload. */
  async function undecided(code) {
    const id = await Kept.addUnknown({ code: code, at: now(), of: page.open || 0, place: page.me.place });
    await page.changed();
    return { id: id, code: code };
  }
  function choice(label, press) { return { label: label, press: press }; }

  async function goods(of, row, code, id) {
    await Kept.decide(id, []);
    await page.goTo(of.id, of);
    const mine = page.count().rows.find((each) => each.row === row.row);
    if (mine && window.ClerkReturn.counts(page.whole.stage)) { await add(mine, { code: code }); }
  }

  async function others(found, code) {
    const one = found.length === 1 ? found[0] : null;
    if (one && !page.open) { await goods(one.of, one.row, code, 0); return; }
    const unknown = await undecided(code);
    const choices = found.slice(0, 4).map((each) => choice(t("switch", { number: each.of.number }), () => goods(each.of, each.row, code, unknown.id)));
    if (page.open && window.ClerkReturn.counts(page.whole.stage)) { choices.push(choice(t("keep_here"), () => here("", [], code, unknown.id))); }
    const text = one ? t("other_text", { client: one.of.client || t("unknown_client"), title: one.row.title }) : t("several_text", { title: found[0].row.title });
    page.say({ kind: "warn", title: one ? t("other_return", { number: one.of.number }) : t("several"), text: text, code: code, at: now(), choices: choices });
    Sound.say("bad");
  }

  async function nobody(code) {
    const unknown = await undecided(code), online = window.ClerkSend.state.online, of = page.open, rows = teachable();
    const choices = rows.slice(0, 4).map((row) => choice(row.title, () => teach(of, row, unknown))).concat(choice(t("decide"), () => decide(unknown)));
    page.say({ kind: "warn", title: t("unknown"), text: t(rows.length ? "unknown_here" : online ? "unknown_text" : "unknown_offline", { code: code }), at: now(), choices: choices });
    Sound.say("bad");
    if (!page.open && online) { decide(unknown); }
  }

  /** With what was taught here and is not in the server's list yet. */
  function meaning(text, returns, open) {
    const known = page.taught();
    return Codes.meaning(text, Codes.taught(returns, known), open ? Codes.taught([open], known)[0] : null);
  }

  async function scanned(text) {
    const code = Codes.plain(text);
    if (!code || !page.me) { return; }
    Say.shut();
    const open = page.open ? page.whole : null, found = meaning(text, page.returns, open);
    if (!found) { await nobody(Codes.forms(text)[0]); return; }
    if (found.kind === "goods" && !window.ClerkReturn.counts(open.stage)) {
      page.say({ kind: "warn", title: t(open.stage === "inspected" ? "finished" : open.stage === "refused" ? "stage_refused" : "stage_over"), code: code, at: now() });
      await undecided(code);
      Sound.say("bad");
    } else if (found.kind === "goods") {
      await add(Count.lacking(found.rows, page.count()), { code: code });
    } else if (found.kind === "this") {
      page.say({ kind: "info", title: t("is_this", { number: open.number }), code: code, at: now() });
      Sound.say("good");
    } else if (found.kind === "returns" && !page.open && found.returns.length === 1) {
      await page.goTo(found.returns[0].id, found.returns[0]);
      page.say({ kind: "good", title: t("is_return", { number: found.returns[0].number }), code: code, at: now() });
      Sound.say("good");
    } else if (found.kind === "returns") {
      const choices = found.returns.slice(0, 4).map((each) => choice(t("switch", { number: each.number }), () => page.goTo(each.id, each)));
      page.say({ kind: "info", title: t("is_return", { number: found.returns.map((each) => each.number).join(", ") }), code: code, at: now(), choices: choices });
      Sound.say("good");
    } else {
      await others(found.goods, code);
    }
  }

  let line = Promise.resolve();
  /** One after the other: a scanner, and a finger that presses twice, is quicker than a disk. */
  function inLine(act) { line = line.then(act).catch(page.broken); return line; }
  return {
    begin: (of) => { page = of; },
    scanned: (text) => inLine(() => scanned(text)),
    add: (row) => add(row, { condition: row.last ? row.last.condition : "as_new" }),
    undo: (each) => inLine(() => takeBack(each)), grade: (row, condition) => inLine(() => grade(row, condition)), note: note, quantity: quantity, photo: photo, strange: strange, decide: decide, finish: () => inLine(finish), reopen: () => inLine(() => end("reopen")),
    leave: (name) => keep([item("leave", "stray:" + name, { key: key(), body: { key: name } })]),
  };
})();
