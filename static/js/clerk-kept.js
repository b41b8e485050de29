/* What the phone keeps until the server has it, in IndexedDB: everything that was scanned is on the disk before anything says so.
   `queue`: what is to be sent, in order. `returns`: the list as it was last told. `wholes`: returns with their scans. `unknown`: codes that nobody has
   decided about. `thumbs`: small pictures. `meta`: who the phone is. */
window.ClerkKept = (function () {
  "use strict";
  const STORES = { queue: { keyPath: "id", autoIncrement: true }, returns: { keyPath: "id" }, wholes: { keyPath: "id" }, unknown: { keyPath: "id", autoIncrement: true }, thumbs: { keyPath: "key" }, meta: { keyPath: "name" } };
  let opening = null;

  function open() {
    if (!opening) {
      opening = new Promise((done, failed) => {
        const asked = indexedDB.open("waybill-clerk", 1);
        asked.onupgradeneeded = () => { Object.keys(STORES).forEach((name) => asked.result.createObjectStore(name, STORES[name])); };
        asked.onsuccess = () => {
          // Another tab of a newer page must not wait for us.
          asked.result.onversionchange = () => { asked.result.close(); opening = null; };
          done(asked.result);
        };
        asked.onerror = asked.onblocked = () => { opening = null; failed(asked.error || new Error("no database")); };
      });
    }
    return opening;
  }

  /** `act(stores…)` in one transaction; resolved with what it returns (a request's result) once all of it is written. */
  function change(names, mode, act) {
    return open().then((base) => new Promise((done, failed) => {
      const step = base.transaction(names, mode, { durability: "strict" });
      const asked = act(...names.map((name) => step.objectStore(name)));
      step.oncomplete = () => done(asked && "result" in asked ? asked.result : undefined);
      step.onerror = step.onabort = () => failed(step.error || new Error("not written"));
    }));
  }
  function all(name) { return change([name], "readonly", (store) => store.getAll()); }

  return {
    /** Rejected where the browser keeps nothing (a private window, a full disk). */
    ready: () => open().then(() => (navigator.storage && navigator.storage.persist ? navigator.storage.persist().catch(() => false) : false)),
    queue: () => all("queue"),
    add: (items) => change(["queue"], "readwrite", (queue) => { items.forEach((item) => queue.add(item)); }),
    drop: (ids) => change(["queue"], "readwrite", (queue) => { ids.forEach((id) => queue.delete(id)); }),
    mark: (items) => change(["queue"], "readwrite", (queue) => { items.forEach((item) => queue.put(item)); }),
    /** The server has these scans: they leave the queue and stay in what is known of the return, in one step. */
    confirmed: (id, scans, items) => change(["queue", "wholes", "meta"], "readwrite", (queue, wholes, meta) => {
      items.forEach((each) => queue.delete(each.id));
      // What they taught is known here until the server's list says so too.
      if (items.some((each) => each.body.teaches || each.forgets)) {
        const known = meta.get("taught");
        known.onsuccess = () => { meta.put({ name: "taught", value: window.ClerkCodes.learned(known.result ? known.result.value : [], items) }); };
      }
      const asked = wholes.get(id);
      asked.onsuccess = () => {
        if (asked.result) { asked.result.scans = window.ClerkCount.together(asked.result.scans, scans); wholes.put(asked.result); }
      };
    }),
    returns: () => all("returns"),
    /** `heard`: keys of scans whose teaching is in this list. */
    setReturns: (list, heard) => change(["returns", "wholes", "meta"], "readwrite", (returns, wholes, meta) => {
      returns.clear(); list.forEach((each, at) => returns.put(Object.assign({ place: at }, each)));
      const known = wholes.getAll(), taught = meta.get("taught");
      // A return that was opened before somebody taught its codes, and that is opened again without a network.
      known.onsuccess = () => known.result.forEach((whole) => {
        const told = list.find((each) => each.id === whole.id);
        if (told && JSON.stringify(told.rows) !== JSON.stringify(whole.rows)) { wholes.put(Object.assign(whole, { rows: told.rows })); }
      });
      taught.onsuccess = () => { if (taught.result && heard.length) { meta.put({ name: "taught", value: taught.result.value.filter((each) => !heard.includes(each.key)) }); } };
    }),
    whole: (id) => change(["wholes"], "readonly", (wholes) => wholes.get(id)),
    setWhole: (whole) => change(["wholes"], "readwrite", (wholes) => wholes.put(whole)),
    unknown: () => all("unknown"),
    addUnknown: (item) => change(["unknown"], "readwrite", (unknown) => unknown.add(item)),
    /** Decided: the code leaves its list together with what becomes of it. */
    decide: (id, items) => change(["unknown", "queue"], "readwrite", (unknown, queue) => { if (id) { unknown.delete(id); } items.forEach((item) => queue.add(item)); }),
    thumbs: () => all("thumbs"),
    addPicture: (item, thumb) => change(["queue", "thumbs"], "readwrite", (queue, thumbs) => { thumbs.put(thumb); queue.add(item); }),
    meta: (name) => change(["meta"], "readonly", (meta) => meta.get(name)).then((row) => row && row.value),
    setMeta: (name, value) => change(["meta"], "readwrite", (meta) => meta.put({ name: name, value: value })),
    /** Of returns that the phone has nothing to do with any more nothing stays; what was not sent does. `ids` are of use still, none when it is signed off. */
    forget: (ids) => change(["returns", "wholes", "thumbs", "queue"], "readwrite", (returns, wholes, thumbs, queue) => {
      if (!ids) { returns.clear(); }
      const waiting = queue.getAll(), known = wholes.getAll(), pictures = thumbs.getAllKeys();
      pictures.onsuccess = () => {
        const use = new Set(waiting.result.map((item) => item.key));
        known.result.forEach((each) => {
          if (ids && (ids.includes(each.id) || waiting.result.some((item) => item.of === each.id))) { each.photos.forEach((photo) => use.add(photo.key)); } else { wholes.delete(each.id); }
        });
        pictures.result.forEach((key) => { if (!use.has(key)) { thumbs.delete(key); } });
      };
    }),
  };
})();
