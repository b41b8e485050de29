/* The clerk's page: what is known and kept, put on the screen; what changes elsewhere, asked for; where the clerk goes. */
(function () {
  "use strict";
  const Kept = window.ClerkKept, Ask = window.ClerkAsk, Send = window.ClerkSend, Say = window.ClerkSay, Do = window.ClerkDo, Count = window.ClerkCount;
  const t = Say.t, h = Say.h, EVERY = 3000, LIST_EVERY = 9000, LONGEST = 15000, SLOW = 3000;
  const boxes = {};
  ["back", "title", "subtitle", "net", "scan-form", "last", "view", "beside", "bottom"].forEach((id) => { boxes[id] = document.getElementById(id); });
  const others = "BroadcastChannel" in window ? new BroadcastChannel("waybill-clerk") : null;
  const page = { me: null, returns: [], open: 0, whole: null, fresh: 0, paired: true, told: false };
  let queue = [], unknown = [], thumbs = new Map(), taught = [], last = null, beside = [], version = "", scansOpen = false, waits = [], stale = "";

  // ---- What is known ----
  async function refresh() {
    const [kept, codes, pictures, whole, known] = await Promise.all([Kept.queue(), Kept.unknown(), Kept.thumbs(), page.open ? Kept.whole(page.open) : null, Kept.meta("taught")]);
    queue = kept; taught = known || []; thumbs = new Map(pictures.map((each) => [each.key, each.src]));
    unknown = codes.filter((each) => page.me && each.place === page.me.place);
    if (whole && whole.id === page.open) { page.whole = whole; }
  }
  const own = (kind) => queue.filter((item) => item.of === page.open && (!kind || item.kind === kind) && !item.refused);

  page.scans = () => Count.together(page.whole.scans, own("scan").map((item) => Object.assign({ name: page.me.name }, item.body)));
  page.taught = () => window.ClerkCodes.learned(taught, queue.filter((item) => item.kind === "scan" && item.place === page.me.place && !item.refused));
  page.count = () => Count.count(page.whole.rows, page.scans());
  page.say = (news) => { last = news; drawLast(); };
  /** Something was written here: this tab, the others, and the server hear of it. */
  page.changed = async () => { await refresh(); draw(); if (others) { others.postMessage("changed"); } Send.drain(); };
  page.broken = (error) => { console.warn(error); Say.fill(boxes.net, Say.banner("bad", t("no_store"), t("no_store_text"))); };

  function photos() {
    const waiting = own("photo").map((item) => ({ key: item.key, row: item.row, waits: true }));
    return Count.together(waiting, page.whole.photos).map((each) => Object.assign({ src: thumbs.get(each.key) || Ask.address(page.open, each.key) }, each));
  }

  // ---- On the screen ----
  function draw() {
    if (!page.paired) { drawUnpaired(); drawNet(); return; }
    const open = page.open && page.whole;
    boxes.back.hidden = !page.open;
    boxes.title.textContent = page.open ? t("title_return", { number: open ? open.number : "…" }) : t("title_list");
    boxes.subtitle.textContent = [open ? open.client : "", page.me ? page.me.name : ""].filter(Boolean).join(" · ");
    boxes["scan-form"].hidden = !page.me;
    if (open) { drawReturn(); } else { Say.fill(boxes.view, window.ClerkList.draw({ returns: page.returns, unknown: unknown, told: page.told }, { open: page.goTo, decide: Do.decide, parcel: () => Do.decide(null) })); Say.fill(boxes.bottom); }
    drawBeside(); drawNet();
  }
  page.draw = draw;

  function drawReturn() {
    const ends = own("finish").length ? "finish" : own("reopen").length ? "reopen" : "";
    const all = { whole: page.whole, counted: page.count(), scans: page.scans(), photos: photos(), me: page.me, fresh: page.fresh, scansOpen: scansOpen, undecided: unknown.filter((each) => each.of === page.open), ends: ends, online: Send.state.online };
    page.fresh = 0;
    Say.fill(boxes.view, window.ClerkReturn.draw(all, { grade: Do.grade, plus: Do.add, note: Do.note, quantity: Do.quantity, photo: Do.photo, undo: Do.undo, strange: Do.strange, decide: Do.decide, toggled: (is) => { scansOpen = is; } }));
    Say.fill(boxes.bottom, window.ClerkReturn.bottom(all, { finish: Do.finish, reopen: Do.reopen }));
  }

  function drawLast() {
    if (!last) { Say.fill(boxes.last); return; }
    const tone = { good: ["green", "check-circle"], warn: ["amber", "alert"], bad: ["red", "alert-circle"], info: ["blue", "info"] }[last.kind], choices = last.choices || [], undo = last.undo;
    const pressed = (press) => () => { page.say(null); press(); };
    const does = choices.map((each, at) => Say.button("choice-" + at, each.label, pressed(each.press), "wb-btn--wide")).concat(undo ? [Say.button("undo-last", t("undo"), pressed(() => Do.undo(undo)), "wb-btn--wide", "undo")] : []);
    Say.fill(boxes.last, h("div", { class: "clerk-last is-" + tone[0] }, Say.icon(tone[1]), h("div", {}, h("b", {}, last.title), last.text ? h("p", { class: "wb-small" }, last.text) : null, h("p", { class: "wb-small wb-num" }, [last.code, Say.time(last.at)].filter(Boolean).join(" · "))), does.length ? h("div", { class: "clerk-last__do" }, does) : null));
  }

  function drawBeside() {
    const same = page.open && page.whole ? page.whole.beside : [], rest = page.open ? [] : beside.map((each) => (each.number ? t("beside_at", each) : each.name));
    const said = same.length ? t("beside_same", { who: same.join(", ") }) : rest.length ? t("beside", { who: rest.join("; ") }) : "";
    if (boxes.beside.textContent !== said) { Say.fill(boxes.beside, said ? [Say.icon("user", 16), h("span", {}, said)] : null); }
  }

  function drawUnpaired() {
    const kept = queue.filter((item) => !item.refused), more = kept.length ? " " + t("not_paired_kept", { what: Say.what(kept) }) : "";
    boxes.back.hidden = boxes["scan-form"].hidden = true;
    boxes.title.textContent = t("title_list"); boxes.subtitle.textContent = "";
    Say.fill(boxes.view, h("section", { class: "wb-card" }, Say.state("lock", t("not_paired"), t("not_paired_text") + more)));
    [boxes.last, boxes.beside, boxes.bottom].forEach((box) => Say.fill(box));
  }

  /** What is not on the server yet, and why. */
  function drawNet() {
    const me = page.me, mine = Send.mine(queue), rejected = queue.filter((item) => item.refused), foreign = me ? queue.filter((item) => !item.refused && (item.place !== me.place || item.clerk !== me.clerk)) : [];
    const said = [], late = mine.length && Date.now() - Date.parse(mine[0].at) > SLOW;
    if (!Send.state.online) {
      said.push(h("div", { class: "wb-banner wb-banner--slim is-amber" }, Say.icon("wifi-off"), h("p", { class: "wb-small" }, h("b", { class: "wb-strong" }, t("offline")), " ", mine.length ? t("unsent", { what: Say.what(mine) }) : t("offline_all"), stale ? " " + t("stale", { time: stale }) : "")));
    } else if (Send.state.failed && mine.length) {
      said.push(Say.banner("warn", t("slow"), t("unsent", { what: Say.what(mine) })));
    } else if (late && page.paired) {
      said.push(Say.banner("info", t("sending", { what: Say.what(mine) })));
    }
    if (rejected.length) {
      said.push(Say.banner("bad", t("rejected", { what: Say.what(rejected) }), t("rejected_text", { why: rejected[0].refused }), Say.button("forget", t("forget"), () => forget(rejected), "wb-btn--sm")));
    }
    if (foreign.length) {
      const same = foreign.every((item) => item.place === me.place);
      said.push(Say.banner("warn", t("foreign", { what: Say.what(foreign) }), t("foreign_text"), same ? Say.button("foreign-mine", t("foreign_mine"), () => Kept.mark(foreign.map((item) => Object.assign({}, item, { clerk: me.clerk }))).then(page.changed), "wb-btn--sm") : null));
    }
    const text = said.map((each) => each.textContent).join("|");
    if (boxes.net.dataset.said !== text) { boxes.net.dataset.said = text; Say.fill(boxes.net, said); }
  }
  function forget(items) {
    Say.ask(t("forget_sure"), [h("p", {}, Say.what(items)), h("div", { class: "wb-dialog__do" }, Say.button(null, t("cancel"), Say.shut), Say.button(null, t("forget"), () => { Say.shut(); Kept.drop(items.map((item) => item.id)).then(page.changed); }, "wb-btn--danger"))]);
  }

  // ---- Where the clerk goes ----
  /** `known`: the return as the list or a search has it, for a phone that has never opened it. */
  page.goTo = async (id, known) => {
    if (page.open !== id) { location.hash = id ? String(id) : ""; }
    await arrive(id, known);
  };
  async function arrive(id, known) {
    if (page.open !== id) { last = null; scansOpen = false; wait = EVERY; window.scrollTo(0, 0); }
    page.open = id; page.whole = null;
    if (id) {
      const found = known || page.returns.find((each) => each.id === id), kept = await Kept.whole(id);
      page.whole = kept || (found ? Object.assign({ version: "", scans: [], photos: [], manager: "", waits: "", refused: [], until: "18:00", may_reopen: false, beside: [] }, found, { version: "" }) : null);
      if (page.whole && !kept) { await Kept.setWhole(page.whole); }
    }
    await refresh(); drawLast(); draw(); soon();
  }
  window.addEventListener("hashchange", () => { const id = Number(location.hash.slice(1)) || 0; if (id !== page.open) { arrive(id); } });
  boxes.back.addEventListener("click", () => page.goTo(0));

  // ---- What changes elsewhere ----
  let timer = 0, wait = EVERY, later = 0, listAt = 0, asking = false;
  function soon() { clearTimeout(timer); timer = setTimeout(ask, 0); }

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || asking) { return; }
    asking = true;
    try {
      if (!page.me || !page.open || Date.now() - listAt > LIST_EVERY) { await askList(); listAt = Date.now(); }
      if (page.open && page.me) { await askWhole(); }
      for (const name of waits.slice()) { await askStray(name); }
      stale = ""; Send.heard();
    } catch (error) {
      later = error.later || 0;
      // Whatever fails here (a disk that is full), it is asked again.
      await silent(error).catch(page.broken);
    } finally { asking = false; }
    clearTimeout(timer); timer = setTimeout(ask, Math.max(later, waits.length ? 1000 : Math.min(wait, LONGEST)));
    wait = Math.min(wait * 1.2, LONGEST); later = 0;
  }
  async function silent(error) {
    if (error.status === 401) { await cut(); return; }
    if (error.status === 404 && page.open) { page.say({ kind: "bad", title: error.said.title || t("not_done"), text: error.said.text, at: new Date().toISOString() }); await page.goTo(0); return; }
    if (!error.away && !error.status) { console.error(error); }
    if (error.away) { stale = stale || Say.time(new Date().toISOString()).slice(0, 5); Send.lost(); }
  }
  /** Signed off: nobody's returns are shown any more, what was not sent stays. */
  async function cut() {
    page.paired = false; page.me = null; page.open = 0; page.whole = null; page.returns = []; version = "";
    Send.cut(); await Kept.setMeta("me", null); await Kept.forget(); await refresh(); Say.shut(); draw();
  }

  async function askList() {
    // What was taught and has arrived is in the list that is asked for now, so it has to be told whole.
    const heard = ((await Kept.meta("taught")) || []).map((each) => each.key);
    const found = await Ask.state(page.me && !heard.length ? version : "", page.open);
    page.paired = true;
    if (!found) { return; }
    version = found.version; beside = found.beside;
    const before = page.me, me = Object.assign({ place: "", clerk: 0, name: "" }, found.me);
    if (before && before.place !== me.place) { await Kept.forget(); await Kept.setMeta("taught", []); page.open = 0; page.whole = null; }
    page.returns = found.returns; page.told = true;
    await Promise.all([Kept.setReturns(found.returns, heard), Kept.setMeta("me", me)]);
    page.me = me;
    if (!before || before.place !== me.place || before.clerk !== me.clerk) { await refresh(); Send.begin(me, news); }
    // Where the code was shown: the first thing that a phone opens.
    const opened = me.place + ":" + me.clerk + ":" + found.opens;
    if (found.opens && !page.open && (await Kept.meta("opened")) !== opened) { await Kept.setMeta("opened", opened); await page.goTo(found.opens); }
    await Kept.forget(page.returns.map((each) => each.id).concat(page.open || []));
    await refresh(); draw();
  }

  async function askWhole() {
    const id = page.open, begun = Date.now(), found = await Ask.whole(id, page.whole ? page.whole.version : "");
    // What was confirmed meanwhile is not in it: it is asked for once more.
    if (Send.state.sentAt > begun) { wait = EVERY; return; }
    if (!found) { return; }
    wait = EVERY;
    await Kept.setWhole(found);
    if (page.open !== id) { return; }
    page.whole = found;
    await refresh(); draw();
  }

  // A parcel that is becoming a return.
  page.await = (name) => { waits.push(name); soon(); };
  async function askStray(name) {
    const became = await Ask.stray(name).catch((error) => { if (error.status === 404) { return { waits: true }; } throw error; });
    if (became.waits) { return; }
    waits = waits.filter((each) => each !== name);
    if (became.return) {
      version = ""; await askList(); await page.goTo(became.return);
      page.say({ kind: "good", title: t("begun", { number: page.whole ? page.whole.number : "" }), at: new Date().toISOString() });
    } else {
      await Do.leave(name);
      page.say({ kind: "warn", title: t("refused"), text: t("refused_left", { why: became.refused.join(" ") }), at: new Date().toISOString() });
    }
  }

  let drawn = 0, sentAt = 0;
  /** The sender's news: gathered, a page need not be drawn for each of fifty scans. */
  function news() {
    if (Send.state.cut) { if (page.paired) { cut(); } return; }
    clearTimeout(drawn); drawn = setTimeout(() => refresh().then(draw), 60);
    // What the server has just got changes what it tells.
    if (Send.state.sentAt > sentAt) { sentAt = Send.state.sentAt; wait = EVERY; clearTimeout(timer); timer = setTimeout(ask, 300); }
    if (others) { others.postMessage("changed"); }
  }
  if (others) { others.onmessage = () => { refresh().then(draw); }; }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = EVERY; soon(); } });
  window.addEventListener("online", soon);
  setInterval(drawNet, SLOW);

  async function begin() {
    await Kept.ready();
    page.me = (await Kept.meta("me")) || null;
    page.returns = (await Kept.returns()).sort((one, other) => one.place - other.place);
    page.told = page.returns.length > 0;
    await refresh();
    if (page.me) { Send.begin(page.me, news); }
    await arrive(Number(location.hash.slice(1)) || 0);
    document.documentElement.setAttribute("data-ready", "");
  }
  Do.begin(page);
  window.ClerkInput.begin(page);
  if ("serviceWorker" in navigator) { navigator.serviceWorker.register("/clerk/sw.js", { scope: "/clerk/" }).catch((error) => console.warn(error)); }
  begin().catch((error) => { Say.fill(boxes.view, h("section", { class: "wb-card" }, Say.state("alert-circle", t("no_store"), t("no_store_text")))); console.warn(error); });
})();
