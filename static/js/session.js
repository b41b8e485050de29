/* The signed session and what is asked with it. The token lives in memory and in `hx-headers` of this page alone: no cookie, no storage. */
(function () {
  "use strict";
  var LIMIT = 15000;

  function main() { return document.getElementById("main"); }
  function token() { return JSON.parse(main().getAttribute("hx-headers") || "{}").Authorization || ""; }
  function keep(value) { if (value) { main().setAttribute("hx-headers", JSON.stringify({ Authorization: "Bearer " + value })); } }

  /** Errors are told in the language of the page that asks, whatever the browser speaks. */
  function headers() { return { Authorization: token(), "HX-Request": "true", "X-Waybill-Lang": document.documentElement.lang }; }

  /** What has no end of its own has one here: whoever waits for it would wait for good. */
  function limited(begin, stop) {
    var timer;
    stop = stop || new AbortController();
    var end = new Promise(function (_, reject) { timer = setTimeout(function () { stop.abort(); reject(new Error("no answer")); }, LIMIT); });
    return Promise.race([begin(stop.signal), end]).finally(function () { clearTimeout(timer); });
  }

  /** fetch, with all of the answer: one that begins to come and then comes no further is none. */
  function whole(url, options) {
    return fetch(url, options).then(function (answer) {
      return answer.text().then(function (text) { return new Response(text || null, { status: answer.status, headers: answer.headers }); });
    });
  }

  /** A live key of the person; a portal that says nothing gives none. */
  function key() { return limited(function () { return window.Portal.key(); }); }

  function prove() {
    return limited(function (signal) {
      return window.Portal.key(true).then(function (key) {
        return fetch("/session", { method: "POST", headers: headers(), body: new URLSearchParams({ AUTH_ID: key }), credentials: "omit", signal: signal });
      }).then(function (answer) {
        if (!answer.ok) { return answer.json().then(function (error) { throw error; }); }
        keep(answer.headers.get("X-Waybill-Session"));
        return undefined;
      });
    });
  }

  var renewing = null;
  /** A new session for a fresh Bitrix24 key; one at a time for all who ask. Once more when the answer was lost: what the server refuses has an `act`. */
  function renew() {
    if (!renewing) {
      renewing = prove().catch(function (error) { if (error && error.act) { throw error; } return prove(); }).finally(function () { renewing = null; });
    }
    return renewing;
  }

  function contract(answer) {
    var silent = { act: "retry", title: document.body.dataset.sayFailed, text: "", support: "" };
    if ((answer.headers.get("Content-Type") || "").indexOf("json") < 0) { return Promise.resolve(silent); }
    return answer.json().catch(function () { return silent; });
  }

  /** fetch with the session; renews it and repeats once when it ran out. `options.stop`: an AbortController of the asker's own. */
  function ask(url, options, repeated) {
    return limited(function (signal) {
      return whole(url, Object.assign({ credentials: "omit", signal: signal }, options, { headers: headers() }));
    }, options && options.stop).then(function (answer) {
      keep(answer.headers.get("X-Waybill-Session"));
      if (answer.ok) { return answer; }
      return contract(answer).then(function (error) {
        if (error.act === "renew" && !repeated) { return renew().then(function () { return ask(url, options, true); }); }
        throw error;
      });
    });
  }

  window.Session = { LIMIT: LIMIT, key: key, keep: keep, renew: renew, ask: ask };
})();
