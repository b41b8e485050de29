/* What the phone asks the server. A refusal is an error with its `status`, words and how `later` it may be asked again (ms); no answer is one that is `away`. */
window.ClerkAsk = (function () {
  "use strict";
  const API = "/clerk/api/1", LIMIT = 15000, LIMIT_PICTURE = 90000, MOST_LATER = 300000;

  async function ask(path, options) {
    const how = options || {}, stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), how.blob ? LIMIT_PICTURE : LIMIT);
    const headers = { "X-Waybill-Clerk": "1", "X-Waybill-Lang": document.documentElement.lang };
    if (how.json) { headers["Content-Type"] = "application/json"; }
    if (how.blob) { headers["Content-Type"] = "image/jpeg"; }
    try {
      const answer = await reach(API + path, {
        method: how.json || how.blob ? "POST" : "GET", headers: headers, body: how.blob || (how.json ? JSON.stringify(how.json) : undefined),
        credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal,
      });
      if (answer.status === 204) { return null; }
      const isJson = (answer.headers.get("Content-Type") || "").includes("json"), body = isJson ? await answer.json() : null;
      if (!answer.ok || !isJson) {
        throw Object.assign(new Error("refused"), { status: answer.ok ? 502 : answer.status, said: body || {}, later: Math.min((Number(answer.headers.get("Retry-After")) || 0) * 1000, MOST_LATER) });
      }
      return body;
    } finally {
      clearTimeout(timer);
    }
  }

  function reach(address, options) { return fetch(address, options).catch((error) => { throw Object.assign(error, { away: true }); }); }

  return {
    state: (version, at) => ask("/state?v=" + encodeURIComponent(version || "") + (at ? "&at=" + at : "")),
    whole: (id, version) => ask("/return/" + id + "?v=" + encodeURIComponent(version || "")),
    find: (codes) => ask("/find?" + codes.slice(0, 4).map((code) => "code=" + encodeURIComponent(code)).join("&")),
    stray: (key) => ask("/stray/" + key),
    send: (path, json) => ask(path, { json: json }),
    picture: (path, blob) => ask(path, { blob: blob }),
    address: (id, key) => API + "/return/" + id + "/photo/" + key,
  };
})();
