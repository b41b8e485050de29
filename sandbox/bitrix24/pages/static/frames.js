/* The page around an app's frame: opens it by a form POST and answers what the frame says (contract bitrix24-app §1.5, §5.9). */
(function () {
  "use strict";
  var QUIET_MS = 4000, EVENT_MS = 1000;
  var PATHS = [/^\/crm\/(deal|lead|contact|company|type)\//, /^\/marketplace\//, /^\/company\/personal\/user\/\d+\//, /^\/workgroups\/group\/\d+\//];
  var NOT_HERE = ["selectAccess", "selectCRM", "imCallTo", "imPhoneTo", "imOpenMessenger", "imOpenHistory", "showAppForm", "setLayout"];
  var open = [];

  function Frame(panel, spec, data, slider) {
    this.panel = panel;
    this.spec = spec;
    this.data = data;
    this.slider = slider || null;
    this.origin = new URL(data.url).origin;
    this.said = false;
    this.greeted = false;
    this.bound = {};
  }

  Frame.prototype.show = function () {
    var frame = this, data = this.data;
    this.iframe = Page.element("iframe", {
      id: "appframe_" + data.sid, name: data.name, title: this.spec.title || data.placement, "class": "app-frame",
      allow: "geolocation *; microphone *; camera *; autoplay *"
    });
    this.form = Page.element("form", { id: "appform_" + data.sid, method: "post", action: data.url, target: data.name, hidden: "" });
    Object.keys(data.fields).forEach(function (name) {
      frame.form.append(Page.element("input", { type: "hidden", name: name, value: data.fields[name] }));
    });
    this.panel.replaceChildren(this.form, this.iframe);
    this.panel.dataset.opened = data.sid;
    open.push(this);
    this.iframe.addEventListener("load", function () { setTimeout(function () { frame.ask(); }, QUIET_MS); }, { once: true });
    this.form.submit();
  };

  /** A frame that says nothing may have been kept out by its own headers: the server looks at them. */
  Frame.prototype.ask = function () {
    var frame = this;
    if (this.said || !this.iframe.isConnected) { return; }
    Page.post("/parent/check", { sid: this.data.sid }).then(function (answer) {
      if (answer.refused && !frame.said) { frame.refuse(answer.refused); }
    }).catch(function () { /* the portal itself is gone */ });
  };

  Frame.prototype.refuse = function (words) { refuse(this.panel, words); };

  function refuse(panel, words) {
    panel.replaceChildren(Page.element("div", { "class": "alert frame-refused", role: "alert" },
      [Page.element("b", {}, [Page.words.refused]), document.createElement("br"), words]));
  }

  Frame.prototype.reply = function (callback, value) {
    if (!callback) { return; }
    this.iframe.contentWindow.postMessage(callback + ":" + (value === undefined ? "" : JSON.stringify(value)), this.origin);
  };

  function parse(message) {
    if (message && typeof message === "object") {
      return { command: String(message.method || ""), params: message.params || null, callback: message.callback || "", sid: message.appSid };
    }
    if (typeof message !== "string") { return null; }
    var parts = message.split(":");
    if (parts.length < 3) { return null; }
    var text = parts.slice(1, -2).join(":"), params = null;
    if (text) {
      try { params = JSON.parse(text); } catch { return null; }
    }
    return { command: parts[0], params: params, callback: parts[parts.length - 2], sid: parts[parts.length - 1] };
  }

  window.addEventListener("message", function (event) {
    var frame = open.find(function (one) { return one.iframe.contentWindow === event.source; });
    if (!frame || event.origin !== frame.origin) { return; }
    var said = parse(event.data);
    if (!said || said.sid !== frame.data.sid) { return; }
    frame.said = true;
    if (NOT_HERE.includes(said.command)) {
      Page.note(Page.words.notEmulated.replace("%s", said.command), "bad");
      return;
    }
    if (Object.hasOwn(COMMANDS, said.command)) {
      COMMANDS[said.command](frame, said.params || {}, function (value) { frame.reply(said.callback, value); }, said.callback);
    }
  });

  function speaksFor(frame, command) { return frame.data.placement === "USERFIELD_TYPE" && frame.data.interface.command.includes(command); }
  function ask(path, frame, more) { return Page.post(path, Object.assign({ sid: frame.data.sid }, more)); }
  function ignore() { /* as the real parent: no answer */ }

  var COMMANDS = {
    getInitData: function (frame, _params, reply) {
      var first = frame.data.init.FIRST_RUN && !frame.greeted;
      frame.greeted = true;
      reply(Object.assign({}, frame.data.init, { FIRST_RUN: first }));
    },
    setInstall: function (_frame, params, reply) { reply(params); },
    setInstallFinish: function (frame) {
      ask("/parent/finish", frame).then(function (answer) { return answer.finished; }, function () { return false; }).then(function (done) {
        var address = new URL(location.href);
        address.searchParams.set("install_finished", done ? "Y" : "N");
        location.assign(address);
      });
    },
    refreshAuth: function (frame, _params, reply) {
      ask("/parent/refresh", frame).then(function (keys) {
        Object.assign(frame.data.init, keys);
        reply(keys);
      }).catch(function (problem) { window.alert(problem.message); });
    },
    getInterface: function (frame, _params, reply) { reply(frame.data.interface); },
    placementBindEvent: function (frame, params, _reply, callback) {
      if (frame.data.placement !== "DEFAULT" && frame.data.interface.event.includes(params.event)) {
        frame.bound[params.event] = { callback: callback, since: Date.now() };
      }
    },
    resizeWindow: function (frame, params, reply) {
      if (!frame.slider) {
        if (Number(params.height) > 0) { frame.iframe.style.height = Math.round(params.height) + "px"; }
        frame.iframe.style.width = Number(params.width) > 0 ? Math.round(params.width) + "px" : "100%";
      }
      reply({ width: frame.iframe.offsetWidth, height: frame.iframe.offsetHeight });
    },
    setTitle: function (frame, params, reply) {
      var title = String(params.title || "");
      document.title = title;
      var heading = frame.slider ? frame.slider.querySelector("h2") : document.getElementById("page-title");
      if (heading) { heading.textContent = title; }
      reply(params);
    },
    setScroll: function (frame, params, reply) {
      if (!frame.slider) { window.scrollTo({ top: Number(params.scroll) || 0 }); }
      reply(params);
    },
    reloadWindow: function () { location.reload(); },
    closeApplication: function (frame, _params, reply) {
      if (frame.slider) {
        frame.slider.addEventListener("close", function () { reply(); }, { once: true });
        frame.slider.close();
      }
    },
    setAppOption: function (frame, params, reply) {
      ask("/parent/option", frame, { store: "app", name: params.name, value: params.value })
        .then(function (answer) { reply(answer.options); }).catch(ignore);
    },
    setUserOption: function (frame, params, reply) {
      ask("/parent/option", frame, { store: "user", name: params.name, value: params.value }).then(function () { reply(params); }).catch(ignore);
    },
    openApplication: function (frame, params, reply) {
      var options = {};
      Object.keys(params).forEach(function (name) { if (!name.startsWith("bx24_")) { options[name] = params[name]; } });
      var dialog = slider(params.bx24_title || frame.spec.title || "", function () { reply(); }, Number(params.bx24_width));
      openIn(dialog.querySelector(".slider__body"), { placement: "DEFAULT", options: options, title: params.bx24_title || frame.spec.title }, dialog);
    },
    openPath: function (_frame, params, reply) {
      var path = String(params.path || "");
      if (!PATHS.some(function (known) { return known.test(path); })) {
        reply({ result: "error", errorCode: "PATH_NOT_AVAILABLE" });
        return;
      }
      var address = new URL(path, location.origin);
      address.searchParams.set("IFRAME", "Y");
      address.searchParams.set("IFRAME_TYPE", "SIDE_SLIDER");
      address.searchParams.set("from", "rest_placement");
      var dialog = slider("", function () { reply({ result: "close" }); });
      dialog.querySelector(".slider__body").append(Page.element("iframe", { src: address.href, "class": "slider__page", title: address.pathname }));
    },
    selectUser: function (_frame, params, reply) {
      fetch("/parent/users").then(function (answer) { return answer.json(); }).then(function (data) { people(data.users, Boolean(params.mult), reply); });
    },
    /* §5.6: fills the card's form; a frame for looking, or another placement's, is not heard. */
    setValue: function (frame, params, reply) {
      if (!speaksFor(frame, "setValue") || frame.spec.mode !== "edit" || !window.Card) { return; }
      window.Card.setValue(frame.spec.field, typeof params === "string" || typeof params === "number" ? String(params) : "");
      reply();
    },
    /* §7.2: fills the form of the robot whose page this is; what the robot does not have is not heard. */
    setPropertyValue: function (frame, params, reply) {
      var form = document.getElementById("robot");
      if (!form || frame.data.placement !== "BIZPROC_ROBOT" || frame.data.options.code !== form.dataset.robot) { return; }
      Object.keys(params).forEach(function (name) {
        var field = form.elements["p_" + name];
        if (field) { field.value = String(params[name]); }
      });
      reply();
    },
    getValue: function (frame, _params, reply) {
      if (speaksFor(frame, "getValue") && window.Card) { reply(window.Card.getValue(frame.spec.field)); }
    },
    reloadData: function (frame, _params, reply) {
      if (frame.data.placement !== "DEFAULT" && window.Card) { window.Card.reload().then(function () { reply(); }); }
    }
  };

  /** Tell a bound event's handler; never in the first second after binding, when the child still waits for another answer. */
  Frame.prototype.emit = function (name, value) {
    var bound = this.bound[name];
    if (bound) { setTimeout(this.reply.bind(this, bound.callback, value), Math.max(0, bound.since + EVENT_MS - Date.now())); }
  };

  function slider(title, closed, width) {
    var close = Page.element("button", { type: "button", "class": "btn", "aria-label": Page.words.close }, ["×"]);
    var dialog = Page.element("dialog", { "class": "slider" }, [
      Page.element("header", { "class": "slider__head" }, [Page.element("h2", {}, [title]), close]),
      Page.element("div", { "class": "slider__body" })
    ]);
    if (width > 0) { dialog.style.width = "min(" + width + "px, 100vw)"; }
    document.body.append(dialog);
    close.addEventListener("click", function () { dialog.close(); });
    dialog.addEventListener("close", function () {
      open = open.filter(function (frame) { return frame.slider !== dialog; });
      closed();
      dialog.remove();
    });
    dialog.showModal();
    return dialog;
  }

  function people(users, several, reply) {
    var form = Page.element("form", { method: "dialog", "class": "people-form" });
    users.forEach(function (user, at) {
      var box = Page.element("input", { type: several ? "checkbox" : "radio", name: "user", value: String(at) });
      form.append(Page.element("label", { "class": "check" }, [box, user.name + (user.position ? ", " + user.position : "")]));
    });
    form.append(Page.element("button", { "class": "btn btn--primary" }, [Page.words.choose]));
    var dialog = slider(Page.words.chooseUser, function () {
      var found = Array.from(new FormData(form).getAll("user"), function (at) { return users[Number(at)]; });
      if (found.length) { reply(several ? found : found[0]); }
    }, 420);
    dialog.querySelector(".slider__body").append(form);
  }

  function openIn(panel, spec, dialog) {
    panel.dataset.opened = "asked";
    panel.replaceChildren(Page.element("p", { "class": "quiet frame-wait" }, [Page.words.loading]));
    return Page.post("/parent/open", spec).then(function (data) { new Frame(panel, spec, data, dialog).show(); })
      .catch(function (problem) { refuse(panel, problem.message); });
  }

  /** A toolbar's handler opens in a slider over the list. */
  function slide(spec) {
    var dialog = slider(spec.title || "", function () { /* the list stays as it was */ });
    openIn(dialog.querySelector(".slider__body"), spec, dialog);
  }

  var button = document.getElementById("robot-page");
  if (button) {
    button.addEventListener("click", function () {
      var spec = JSON.parse(button.dataset.frameSpec), values = {};
      Array.from(document.getElementById("robot").elements).forEach(function (field) {
        if (field.name.startsWith("p_")) { values[field.name.slice(2)] = field.value; }
      });
      slide(Object.assign({ values: values }, spec));
    });
  }

  window.Frames = { open: openIn, slide: slide, all: function () { return open; } };
  document.querySelectorAll("[data-frame][data-open]").forEach(function (panel) { openIn(panel, JSON.parse(panel.dataset.frame)); });
})();
