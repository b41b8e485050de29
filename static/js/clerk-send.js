/* Sends what is kept, in order, until the server has confirmed it: one sender of all tabs, again after a while when there was no answer. What the server
   refuses for good stays here with its reason, and holds up nothing else. */
window.ClerkSend = (function () {
  "use strict";
  const Kept = window.ClerkKept, Ask = window.ClerkAsk, FIRST = 1000, LONGEST = 30000, BATCH = 100, FOR_GOOD = [400, 403, 404, 409, 413, 422, 507];
  const PATHS = {
    finish: (item) => "/return/" + item.of + "/finish", reopen: (item) => "/return/" + item.of + "/reopen", stray: () => "/strays",
    leave: (item) => "/" + item.of.replace(":", "/") + "/leave",
  };
  const state = { online: navigator.onLine, cut: false, busy: false, failed: false, sentAt: 0 };
  let me = null, again = false, wait = FIRST, timer = 0, until = 0, told = () => {};

  /** What this phone may send: of this portal, and scanned by this person. */
  function mine(queue) { return me ? queue.filter((item) => item.place === me.place && item.clerk === me.clerk && !item.refused) : []; }

  function lock(act) {
    return navigator.locks ? navigator.locks.request("waybill-clerk-send", act) : act();
  }

  async function drain() {
    clearTimeout(timer);
    if (!me || state.cut) { return; }
    if (Date.now() < until) { timer = setTimeout(drain, until - Date.now()); return; }
    if (state.busy) { again = true; return; }
    state.busy = true;
    try {
      do { again = false; await lock(pass); } while (again);
      wait = FIRST;
      state.failed = false;
    } catch (error) {
      failed(error);
    } finally {
      state.busy = false;
      told();
    }
  }

  function failed(error) {
    if (error.status === 401) { state.cut = true; return; }
    state.failed = true;
    if (error.away) { state.online = false; } else if (!error.status) { console.error(error); }
    // The server's own word is kept, whatever is scanned and asked meanwhile.
    until = error.later ? Date.now() + error.later : 0;
    timer = setTimeout(drain, Math.max(until - Date.now(), wait));
    wait = Math.min(wait * 2, LONGEST);
  }

  /** Everything once. A return whose head has to wait holds up nothing but itself; no network holds up all. */
  async function pass() {
    const stuck = new Set();
    let late = null;
    for (;;) {
      const items = mine(await Kept.queue()), head = items.find((item) => !stuck.has(item.of));
      if (!head) { break; }
      try {
        if (!(await send(head, items))) { stuck.add(head.of); late = late || Object.assign(new Error("later"), { status: 202 }); }
        state.online = true; state.sentAt = Date.now();
      } catch (error) {
        if (error.away || error.status === 401 || error.status === 429) { throw error; }
        state.online = true;
        if (FOR_GOOD.includes(error.status)) { await refuse(head, error); } else { stuck.add(head.of); late = error; }
      }
      told();
    }
    if (late) { throw late; }
  }

  function refuse(item, error) {
    return Kept.mark([Object.assign({}, item, { refused: [error.said.title, error.said.text].filter(Boolean).join(". ") || "HTTP " + error.status })]);
  }

  /** True once the server has it; false = it has to wait for something. */
  async function send(item, items) {
    if (item.kind === "scan") { return sendScans(item, items); }
    const path = PATHS[item.kind];
    if (path) {
      await Ask.send(path(item), item.body);
    } else if (item.kind === "photo") {
      await Ask.picture("/return/" + item.of + "/photo/" + item.key + "?row=" + item.row + "&at=" + encodeURIComponent(item.at), item.blob);
    } else if (!(await sendStrayPhoto(item))) {
      return false;
    }
    await Kept.drop([item.id]);
    return true;
  }

  async function sendScans(head, items) {
    // As many as follow it: whatever else is asked of the return in between comes after them.
    const of = items.filter((item) => item.of === head.of), end = of.findIndex((item) => item.kind !== "scan");
    const batch = (end < 0 ? of : of.slice(0, end)).slice(0, BATCH), scans = batch.map((item) => item.body);
    await Ask.send("/return/" + head.of + "/scans", { scans: scans });
    state.sentAt = Date.now(); // before it is written: what was asked until now does not know of them
    await Kept.confirmed(head.of, scans.map((scan) => Object.assign({ name: me.name, by: me.clerk }, scan)), batch);
    return true;
  }

  /** A parcel's picture goes to the return that it has become; to the parcel where it has become none. */
  async function sendStrayPhoto(item) {
    const became = await Ask.stray(item.stray);
    if (became.waits) { return false; }
    const path = became.return ? "/return/" + became.return + "/photo/" + item.key + "?row=0&at=" + encodeURIComponent(item.at) : "/stray/" + item.stray + "/photo/" + item.key;
    await Ask.picture(path, item.blob);
    return true;
  }

  window.addEventListener("online", () => { wait = FIRST; drain(); });
  window.addEventListener("offline", () => { state.online = false; told(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { wait = FIRST; drain(); } });

  return {
    state: state,
    mine: mine,
    drain: drain,
    /** `who`: {place, clerk, name}; `news()` is told whenever something changed. */
    begin: (who, news) => { me = who; told = news; state.cut = false; return drain(); },
    heard: () => { if (!state.online || state.failed) { state.online = true; wait = FIRST; drain(); } },
    lost: () => { state.online = false; told(); },
    cut: () => { state.cut = true; },
  };
})();
