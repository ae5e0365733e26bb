/* A stand-in for https://js.stripe.com/v3/ with the same face, for the part of it that a shop with the Payment Element
   uses. Card fields live in a frame of the sandbox, so a card number never touches the shop's page. */
(function () {
  "use strict";
  const origin = new URL(document.currentScript.src).origin;

  function error(type, message, more) {
    return { error: Object.assign({ type: type, message: message }, more) };
  }

  function statusOf(intent) {
    return intent.status === "requires_payment_method" ? "failed" : "succeeded";
  }

  function withOutcome(url, intent) {
    const back = new URL(url, location.href);
    back.searchParams.set("payment_intent", intent.id);
    back.searchParams.set("payment_intent_client_secret", intent.client_secret);
    back.searchParams.set("redirect_status", statusOf(intent));
    return back.href;
  }

  /* One element: a frame, and the questions that it has yet to answer. */
  function PaymentElement(key, options) {
    const frame = document.createElement("iframe");
    const listeners = {};
    const waiting = new Map();
    let number = 0;
    let channel;
    const ready = new Promise(function (resolve) {
      addEventListener("message", function (message) {
        if (message.source !== frame.contentWindow || message.origin !== origin) return;
        const said = message.data || {};
        if (said.type === "loaded") {
          channel = frame.contentWindow;
          channel.postMessage({ type: "init", key: key, clientSecret: options.clientSecret, appearance: options.appearance || {} }, origin);
        } else if (said.type === "ready") { resolve(); tell("ready", {}); }
        else if (said.type === "size") frame.style.height = said.height + "px";
        else if (said.type === "change") tell("change", { complete: said.complete, empty: said.empty, value: { type: "card" } });
        else if (said.type === "answer" && waiting.has(said.number)) {
          waiting.get(said.number)(said.answer);
          waiting.delete(said.number);
        }
      });
    });

    function tell(name, event) {
      (listeners[name] || []).forEach(function (hear) { hear(Object.assign({ elementType: "payment" }, event)); });
    }

    this.ask = function (question, more) {
      return ready.then(function () {
        return new Promise(function (resolve) {
          number += 1;
          waiting.set(number, resolve);
          channel.postMessage(Object.assign({ type: question, number: number }, more), origin);
        });
      });
    };
    this.mount = function (place) {
      const parent = typeof place === "string" ? document.querySelector(place) : place;
      if (!parent) throw new Error("The selector you specified (" + place + ") applies to no DOM elements.");
      const language = (options.locale || document.documentElement.lang || "en").slice(0, 2);
      frame.title = language === "vi" ? "Khung nhập thẻ an toàn" : "Secure payment input frame";
      frame.src = origin + "/js/frame?locale=" + language;
      frame.style.cssText = "border:0;width:100%;height:14rem;display:block;color-scheme:light";
      parent.replaceChildren(frame);
      return this;
    };
    this.unmount = this.destroy = function () { frame.remove(); };
    this.on = function (name, hear) { (listeners[name] = listeners[name] || []).push(hear); return this; };
    this.focus = function () { frame.focus(); };
    this.update = function () { return this; };
  }

  function Elements(key, options) {
    if (!options || !options.clientSecret) throw new Error("elements() needs a clientSecret.");
    let element = null;
    this.create = function (type) {
      if (type !== "payment") throw new Error("The sandbox has the payment element only, not " + type + ".");
      element = new PaymentElement(key, options);
      return element;
    };
    this.getElement = function () { return element; };
    this.update = function () { return this; };
    this.fetchUpdates = function () { return Promise.resolve({}); };
    this.submit = function () {
      return element ? element.ask("validate") : Promise.resolve(error("validation_error", "Mount the element first."));
    };
  }

  function Stripe(key) {
    /* With a card that is kept: no fields. */
    async function kept(secret, params, redirect) {
      const id = secret.split("_secret_")[0];
      const back = params.return_url ? new URL(params.return_url, location.href).href : "";
      const body = new URLSearchParams({ key: key, client_secret: secret, return_url: back, payment_method: params.payment_method || "" });
      const response = await fetch(origin + "/v1/payment_intents/" + id + "/confirm", { method: "POST", body: body });
      const intent = await response.json();
      if (intent.error) return { error: intent.error };
      if (intent.status === "requires_action") return leave(intent.next_action.redirect_to_url.url);
      return redirect === "if_required" ? { paymentIntent: intent } : leave(withOutcome(back, intent));
    }
    if (!key || !key.startsWith("pk_")) throw new Error("Stripe() needs a publishable key.");
    return {
      elements: function (options) { return new Elements(key, options); },

      /* Resolves with an error, or, where the shop asked for no redirect, with the intent; otherwise the page is left. */
      confirmPayment: async function (options) {
        if (options.clientSecret && !options.elements) return kept(options.clientSecret, options.confirmParams || {}, options.redirect);
        const element = options.elements && options.elements.getElement();
        if (!element) return error("invalid_request_error", "confirmPayment needs elements with a mounted element.");
        const back = (options.confirmParams || {}).return_url;
        if (!back && options.redirect !== "if_required") return error("invalid_request_error", "confirmParams.return_url is required.");
        const answer = await element.ask("confirm", { returnUrl: back ? new URL(back, location.href).href : "" });
        if (answer.error) return answer;
        const intent = answer.paymentIntent;
        if (intent.status === "requires_action") return leave(intent.next_action.redirect_to_url.url);
        if (options.redirect === "if_required") return { paymentIntent: intent };
        return leave(withOutcome(back, intent));
      },

      retrievePaymentIntent: async function (clientSecret) {
        const id = clientSecret.split("_secret_")[0];
        const query = new URLSearchParams({ key: key, client_secret: clientSecret });
        const response = await fetch(origin + "/v1/payment_intents/" + id + "?" + query);
        const answer = await response.json();
        return answer.error ? { error: answer.error } : { paymentIntent: answer };
      },
    };
  }

  function leave(url) {
    location.assign(url);
    return new Promise(function () {});
  }

  window.Stripe = Stripe;
})();
