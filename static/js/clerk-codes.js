/* What a scanner types, as codes that may be compared: layouts, prefixes, leading zeros. Pure; the page works without a network, so this is here. */
window.ClerkCodes = (function () {
  "use strict";
  /* A scanner is a keyboard: under the Russian layout its Latin letters and signs come out as these. */
  const TYPED = "йцукенгшщзхъфывапролджэячсмитьбюё№", MEANT = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`#";
  const LAYOUT = new Map(Array.from(TYPED, (sign, at) => [sign, MEANT[at]]));

  /** As the server compares codes (store.returns_found.plain): no blanks, nothing invisible, capitals. */
  function plain(text) {
    return Array.from(String(text)).filter((sign) => !/[\s\p{C}\p{Z}]/u.test(sign)).join("").toUpperCase().slice(0, 128);
  }

  function retyped(text) {
    return Array.from(String(text)).map((sign) => {
      const meant = LAYOUT.get(sign.toLowerCase());
      if (meant === undefined) { return sign; }
      return sign === sign.toLowerCase() ? meant : meant.toUpperCase();
    }).join("");
  }

  /** The goods' number inside a code of GS1, and one number as EAN-13, UPC-A or GTIN-14. */
  function numbers(code) {
    const found = [], gs1 = /^\(?01\)?(\d{14})(?=\D|\d{2}|$)/.exec(code);
    if (gs1 && code.length > 14) { found.push(gs1[1]); }
    if (/^\d{12,14}$/.test(code)) { found.push(code); }
    return found.flatMap((number) => {
      const bare = number.replace(/^0+/, "");
      return [number, bare.padStart(13, "0"), bare];
    });
  }

  /** All that a scanned text may mean, the likeliest first. */
  function forms(text) {
    const begun = [plain(text)];
    if (/[а-яё№]/i.test(text)) { begun.unshift(plain(retyped(text))); }
    // The identifier of the symbology (`]C1`), which some scanners send in front.
    const bare = begun.flatMap((code) => /^\][A-Z][0-9A-Z]./.test(code) ? [code.slice(3), code] : [code]);
    return Array.from(new Set(bare.flatMap((code) => [code, ...numbers(code)]))).filter(Boolean).slice(0, 8);
  }

  /** As a code is taught: the goods' number where it has one, without the serial that GS1 writes behind it. */
  function bare(code) { return numbers(plain(code))[1] || plain(code); }

  /** What was taught, after these scans too: [{code, goods, key (of the scan)}], the last teaching of each code; goods "" = it was undone. Items are as
   *  they are queued: {goods, forgets, body}. */
  function learned(known, items) {
    const now = new Map(known.map((each) => [each.code, each]));
    items.forEach((item) => {
      if (item.body.teaches) { now.set(item.body.teaches, { code: item.body.teaches, goods: item.goods, key: item.body.key }); return; }
      const had = now.get(item.forgets);
      if (item.forgets && (!had || had.key === item.body.undoes)) { now.set(item.forgets, { code: item.forgets, goods: "", key: item.body.key }); }
    });
    return Array.from(now.values());
  }

  /** These returns, their rows with the codes that were taught here and that the server has not told yet. */
  function taught(returns, known) {
    if (!known.length) { return returns; }
    return returns.map((each) => Object.assign({}, each, { rows: each.rows.map((row) => {
      const others = row.barcodes.filter((code) => !known.some((one) => one.code === plain(code)));
      return Object.assign({}, row, { barcodes: others.concat(known.filter((one) => one.goods && one.goods === row.goods).map((one) => one.code)) });
    }) }));
  }

  function named(codes, wanted) { return codes.some((code) => wanted.includes(plain(code))); }

  /** Whether a row of a return has one of these codes. Without barcodes its article serves. */
  function isRow(row, wanted) { return named([...row.barcodes, row.sku].filter(Boolean).flatMap((code) => [code, ...numbers(plain(code))]), wanted); }

  /** What a scan is, among returns that we know: {kind: "goods", rows} of the open one; "this" = its own number; "returns" = others; "others" = goods of
   *  others; null = nothing we know. */
  function meaning(text, returns, open) {
    const wanted = forms(text), own = open ? open.rows.filter((row) => isRow(row, wanted)) : [];
    if (own.length) { return { kind: "goods", rows: own }; }
    if (open && named([open.number, ...open.codes], wanted)) { return { kind: "this" }; }
    const rest = returns.filter((each) => !open || each.id !== open.id);
    const named_ = rest.filter((each) => named([each.number, ...each.codes], wanted));
    if (named_.length) { return { kind: "returns", returns: named_ }; }
    const goods = rest.flatMap((each) => each.rows.filter((row) => isRow(row, wanted)).map((row) => ({ of: each, row: row })));
    return goods.length ? { kind: "others", goods: goods } : null;
  }

  return { plain: plain, forms: forms, meaning: meaning, bare: bare, learned: learned, taught: taught };
})();
