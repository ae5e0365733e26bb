/* Inside the frame: the fields, and the only place that sends them anywhere. */
(function () {
  "use strict";
  const texts = {
    vi: {
      number: "Số thẻ", expiry: "Hết hạn (MM/YY)", cvc: "Mã bảo mật",
      hint: "Môi trường thử: 4242… được chấp nhận, 4000 0000 0000 0002 bị từ chối, 4000 0025 0000 3155 cần xác thực.",
      incomplete: "Thông tin thẻ chưa đầy đủ.", offline: "Không kết nối được. Vui lòng thử lại.",
    },
    en: { incomplete: "Your card details are incomplete.", offline: "No connection. Please try again." },
  };
  const declines = {
    vi: {
      card_declined: "Thẻ của bạn bị từ chối.", insufficient_funds: "Thẻ của bạn không đủ số dư.",
      expired_card: "Thẻ của bạn đã hết hạn.", incorrect_cvc: "Mã bảo mật không đúng.", incorrect_number: "Số thẻ không đúng.",
    },
    en: {
      insufficient_funds: "Your card has insufficient funds.", expired_card: "Your card has expired.",
      incorrect_cvc: "Your card's security code is incorrect.", incorrect_number: "Your card number is incorrect.",
    },
  };
  const language = new URLSearchParams(location.search).get("locale") === "vi" ? "vi" : "en";
  const text = texts[language];
  const form = document.forms[0];
  let shop = null;
  let settings = {};

  document.documentElement.lang = language;
  document.querySelectorAll("[data-text]").forEach(function (node) {
    if (text[node.dataset.text]) node.textContent = text[node.dataset.text];
  });

  function value(name) { return form.elements[name].value.trim(); }
  function complete() { return value("number").replace(/\D/g, "").length >= 12 && /^\d\d\s*\/\s*\d{2,4}$/.test(value("expiry")) && /^\d{3,4}$/.test(value("cvc")); }
  function say(message) { parent.postMessage(message, shop || "*"); }
  function incomplete() { return { error: { type: "validation_error", code: "incomplete_card", message: text.incomplete } }; }

  function readable(error) {
    const message = declines[language][error.decline_code] || declines[language][error.code] || error.message;
    return { error: Object.assign({}, error, { message: message }) };
  }

  async function confirm(returnUrl) {
    if (!complete()) return incomplete();
    const month = value("expiry").split("/");
    const body = new URLSearchParams({
      key: settings.key, client_secret: settings.clientSecret, return_url: returnUrl,
      "payment_method_data[type]": "card", "payment_method_data[card][number]": value("number"),
      "payment_method_data[card][exp_month]": month[0].trim(), "payment_method_data[card][exp_year]": month[1].trim(),
      "payment_method_data[card][cvc]": value("cvc"),
    });
    const id = settings.clientSecret.split("_secret_")[0];
    try {
      const response = await fetch("/v1/payment_intents/" + id + "/confirm", { method: "POST", body: body });
      const answer = await response.json();
      return answer.error ? readable(answer.error) : { paymentIntent: answer };
    } catch (failure) {
      return { error: { type: "api_connection_error", message: text.offline } };
    }
  }

  addEventListener("message", async function (message) {
    if (message.source !== parent || (shop && message.origin !== shop)) return;
    const asked = message.data || {};
    if (asked.type === "init") {
      shop = message.origin;
      settings = asked;
      say({ type: "ready" });
      say({ type: "size", height: document.documentElement.scrollHeight });
    } else if (asked.type === "validate") {
      say({ type: "answer", number: asked.number, answer: complete() ? {} : incomplete() });
    } else if (asked.type === "confirm") {
      say({ type: "answer", number: asked.number, answer: await confirm(asked.returnUrl) });
    }
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", function () {
    say({ type: "change", complete: complete(), empty: !value("number") && !value("expiry") && !value("cvc") });
  });
  new ResizeObserver(function () { if (shop) say({ type: "size", height: document.documentElement.scrollHeight }); }).observe(document.body);
  say({ type: "loaded" });
})();
