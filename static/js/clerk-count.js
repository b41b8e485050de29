/* What scans come to: the server's (flows.returns.scans) said again for a phone that has no network. Pure. */
window.ClerkCount = (function () {
  "use strict";
  const CONDITIONS = ["as_new", "damaged", "wrong"];

  function exact(number) { return Math.round(number * 1e6) / 1e6; }

  function standing(scans) {
    const undone = new Set(scans.map((scan) => scan.undoes).filter(Boolean));
    return scans.filter((scan) => !scan.undoes && !undone.has(scan.key));
  }

  /** Each key once: what the server has confirmed and what waits here may overlap. */
  function together(one, other) {
    const known = new Set(one.map((each) => each.key));
    return one.concat(other.filter((each) => !known.has(each.key)));
  }

  /** {rows: [row with got, found (by condition), last scan, note], strange, asked, got, missing} */
  function count(rows, scans) {
    const now = standing(scans);
    const counted = rows.map((row) => {
      const mine = now.filter((scan) => scan.row === row.row), pieces = mine.filter((scan) => Number(scan.quantity) > 0), found = {};
      pieces.forEach((scan) => { found[scan.condition] = exact((found[scan.condition] || 0) + Number(scan.quantity)); });
      const last = pieces[pieces.length - 1] || null;
      const notes = mine.filter((scan) => scan.note && (!last || scan.condition === last.condition));
      const got = exact(pieces.reduce((sum, scan) => sum + Number(scan.quantity), 0));
      return Object.assign({}, row, { asked: Number(row.asked), got: got, found: found, last: last, note: notes.length ? notes[notes.length - 1] : null });
    });
    return {
      rows: counted,
      strange: now.filter((scan) => !rows.some((row) => row.row === scan.row)),
      asked: exact(counted.reduce((sum, row) => sum + row.asked, 0)),
      got: exact(counted.reduce((sum, row) => sum + row.got, 0)),
      missing: exact(counted.reduce((sum, row) => sum + Math.max(0, row.asked - row.got), 0)),
    };
  }

  /** Of several rows that one barcode names, the one that still lacks a piece. */
  function lacking(rows, counted) {
    const known = rows.map((row) => counted.rows.find((each) => each.row === row.row)).filter(Boolean);
    return known.find((row) => row.got < row.asked) || known[0];
  }

  return { CONDITIONS: CONDITIONS, standing: standing, together: together, count: count, lacking: lacking };
})();
