// The card form: a page of the vault's own origin, held by another page in a frame. That page never sees what is typed: it
// asks for a token over a message port and gets one.
//
// The parent opens the port once, when the frame has loaded:
//
//   const channel = new MessageChannel();
//   frame.contentWindow.postMessage({type: "florin:card-form:open", version: 1}, vaultOrigin, [channel.port2]);
//
// and may put `showName: true` into that message. In the frame's address, ?locale= (en, de, es, ar, hi), ?theme= (light,
// dark; else the browser's) and ?ground= (surface, paper: what it lies on) choose how it looks. Messages over the port:
//
//   to the parent  {type: "ready", version}
//                  {type: "height", px}
//                  {type: "state", complete, brand, errors: {field: code}}   whenever one of them changes
//                  {type: "submit"}                                          Enter was pressed in a field
//                  {type: "token", id, token, card}                          answers "tokenize"
//                  {type: "error", id, reason, retryable, errors}            answers "tokenize" too
//   to the form    {type: "tokenize", id}
//                  {type: "focus", field}                                    field may be missing: the first that is wrong
//                  {type: "disable", disabled}
//                  {type: "clear"}
//
// reason is "incomplete", "refused", "too_many", "offline" or "unavailable".
"use strict";

(() => {
  const version = 1;
  const tokenize_timeout_ms = 15000;

  // --- words ---------------------------------------------------------------------------------------------------------

  const catalogue = {
    en: {
      title: "Card details",
      number: "Card number",
      expiry: "Expiry date",
      cvc: "Security code",
      name: "Name on card",
      optional: "(optional)",
      cvc_hint_3: "3 digits on the back of the card",
      cvc_hint_4: "4 digits on the front of the card",
      number_required: "Enter the card number.",
      number_incomplete: "The card number is not complete.",
      number_wrong: "Check the card number: a digit is wrong.",
      number_unknown: "This kind of card cannot be used here.",
      expiry_required: "Enter the expiry date.",
      expiry_incomplete: "Enter month and year as they stand on the card.",
      expiry_wrong: "The month must be 01 to 12.",
      expiry_past: "The card has expired. Use another card.",
      cvc_required: "Enter the security code.",
      cvc_incomplete: "The security code is not complete.",
      name_wrong: "Enter only the name, without special characters.",
      status: "Check the card details.",
    },
    de: {
      title: "Kartendaten",
      number: "Kartennummer",
      expiry: "Gültig bis",
      cvc: "Prüfnummer",
      name: "Name auf der Karte",
      optional: "(freiwillig)",
      cvc_hint_3: "3 Ziffern auf der Rückseite der Karte",
      cvc_hint_4: "4 Ziffern auf der Vorderseite der Karte",
      number_required: "Geben Sie die Kartennummer ein.",
      number_incomplete: "Die Kartennummer ist nicht vollständig.",
      number_wrong: "Prüfen Sie die Kartennummer: Eine Ziffer stimmt nicht.",
      number_unknown: "Mit dieser Kartenart kann hier nicht bezahlt werden.",
      expiry_required: "Geben Sie ein, bis wann die Karte gültig ist.",
      expiry_incomplete: "Geben Sie Monat und Jahr so ein, wie sie auf der Karte stehen.",
      expiry_wrong: "Der Monat muss 01 bis 12 sein.",
      expiry_past: "Die Karte ist abgelaufen. Nehmen Sie eine andere.",
      cvc_required: "Geben Sie die Prüfnummer ein.",
      cvc_incomplete: "Die Prüfnummer ist nicht vollständig.",
      name_wrong: "Geben Sie nur den Namen ein, ohne Sonderzeichen.",
      status: "Prüfen Sie die Kartendaten.",
    },
    es: {
      title: "Datos de la tarjeta",
      number: "Número de tarjeta",
      expiry: "Fecha de caducidad",
      cvc: "Código de seguridad",
      name: "Nombre en la tarjeta",
      optional: "(opcional)",
      cvc_hint_3: "3 cifras en el reverso de la tarjeta",
      cvc_hint_4: "4 cifras en el anverso de la tarjeta",
      number_required: "Introduce el número de la tarjeta.",
      number_incomplete: "El número de la tarjeta está incompleto.",
      number_wrong: "Revisa el número de la tarjeta: hay una cifra incorrecta.",
      number_unknown: "Aquí no se puede usar este tipo de tarjeta.",
      expiry_required: "Introduce la fecha de caducidad.",
      expiry_incomplete: "Introduce el mes y el año tal como figuran en la tarjeta.",
      expiry_wrong: "El mes debe estar entre 01 y 12.",
      expiry_past: "La tarjeta ha caducado. Usa otra.",
      cvc_required: "Introduce el código de seguridad.",
      cvc_incomplete: "El código de seguridad está incompleto.",
      name_wrong: "Introduce solo el nombre, sin caracteres especiales.",
      status: "Revisa los datos de la tarjeta.",
    },
    ar: {
      title: "بيانات البطاقة",
      number: "رقم البطاقة",
      expiry: "تاريخ الانتهاء",
      cvc: "رمز الأمان",
      name: "الاسم على البطاقة",
      optional: "(اختياري)",
      cvc_hint_3: "3 أرقام على ظهر البطاقة",
      cvc_hint_4: "4 أرقام على وجه البطاقة",
      number_required: "أدخل رقم البطاقة.",
      number_incomplete: "رقم البطاقة غير مكتمل.",
      number_wrong: "تحقق من رقم البطاقة: أحد الأرقام غير صحيح.",
      number_unknown: "لا يمكن استخدام هذا النوع من البطاقات هنا.",
      expiry_required: "أدخل تاريخ الانتهاء.",
      expiry_incomplete: "أدخل الشهر والسنة كما هما على البطاقة.",
      expiry_wrong: "يجب أن يكون الشهر من 01 إلى 12.",
      expiry_past: "انتهت صلاحية البطاقة. استخدم بطاقة أخرى.",
      cvc_required: "أدخل رمز الأمان.",
      cvc_incomplete: "رمز الأمان غير مكتمل.",
      name_wrong: "أدخل الاسم فقط، من دون رموز خاصة.",
      status: "تحقق من بيانات البطاقة.",
    },
    hi: {
      title: "कार्ड का विवरण",
      number: "कार्ड नंबर",
      expiry: "समाप्ति तिथि",
      cvc: "सुरक्षा कोड",
      name: "कार्ड पर लिखा नाम",
      optional: "(वैकल्पिक)",
      cvc_hint_3: "कार्ड के पीछे लिखे 3 अंक",
      cvc_hint_4: "कार्ड के सामने लिखे 4 अंक",
      number_required: "कार्ड नंबर डालें।",
      number_incomplete: "कार्ड नंबर अधूरा है।",
      number_wrong: "कार्ड नंबर जाँचें: कोई अंक गलत है।",
      number_unknown: "यहाँ इस तरह का कार्ड नहीं चलता।",
      expiry_required: "समाप्ति तिथि डालें।",
      expiry_incomplete: "महीना और साल वैसे ही डालें जैसे कार्ड पर लिखे हैं।",
      expiry_wrong: "महीना 01 से 12 के बीच होना चाहिए।",
      expiry_past: "कार्ड की वैधता समाप्त हो गई है। दूसरा कार्ड इस्तेमाल करें।",
      cvc_required: "सुरक्षा कोड डालें।",
      cvc_incomplete: "सुरक्षा कोड अधूरा है।",
      name_wrong: "केवल नाम डालें, विशेष चिह्नों के बिना।",
      status: "कार्ड का विवरण जाँचें।",
    },
  };

  // --- cards ---------------------------------------------------------------------------------------------------------

  // As the vault has them, which has the last word. The narrower range stands before the wider one that holds it.
  const brands = [
    {name: "amex", shown: "Amex", ranges: [[34, 34], [37, 37]], lengths: [15], groups: [4, 6, 5], cvc: 4},
    {name: "diners", shown: "Diners", ranges: [[36, 36], [300, 305], [3095, 3095], [38, 39]], lengths: [14, 15, 16, 17, 18, 19]},
    {name: "jcb", shown: "JCB", ranges: [[3528, 3589]], lengths: [16, 17, 18, 19]},
    {name: "rupay", shown: "RuPay", ranges: [[508500, 508999], [606985, 607984], [608001, 608500], [652150, 653149], [817200, 820199]], lengths: [16]},
    {name: "discover", shown: "Discover", ranges: [[6011, 6011], [644, 649], [65, 65]], lengths: [16, 17, 18, 19]},
    {name: "unionpay", shown: "UnionPay", ranges: [[62, 62]], lengths: [16, 17, 18, 19]},
    {name: "mastercard", shown: "Mastercard", ranges: [[2221, 2720], [51, 55]], lengths: [16]},
    {name: "maestro", shown: "Maestro", ranges: [[5018, 5018], [5020, 5020], [5038, 5038], [5893, 5893], [6304, 6304], [6759, 6759], [6761, 6763]], lengths: [12, 13, 14, 15, 16, 17, 18, 19]},
    {name: "visa", shown: "Visa", ranges: [[4, 4]], lengths: [13, 16, 19]},
  ];

  const in_range = (digits, [first, last]) => {
    const length = String(first).length;
    if (digits.length < length) return false;
    const prefix = Number(digits.slice(0, length));
    return prefix >= first && prefix <= last;
  };

  // A range that these digits may still grow into.
  const may_reach = (digits, [first, last]) => {
    const low = String(first).slice(0, digits.length);
    const high = String(last).slice(0, digits.length);
    const prefix = digits.slice(0, low.length);
    return prefix >= low && prefix <= high;
  };

  const brand_of = (digits) => brands.find((brand) => brand.ranges.some((range) => in_range(digits, range)));

  const passes_luhn = (digits) => {
    let sum = 0;
    for (let i = 0; i < digits.length; ++i) {
      const value = Number(digits[digits.length - 1 - i]) * (i % 2 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 === 0;
  };

  const groups_of = (digits) => {
    const brand = brand_of(digits);
    if (brand && brand.groups) return brand.groups;
    return brand && brand.name === "diners" && digits.length <= 14 ? [4, 6, 4] : [4, 4, 4, 4, 3];
  };

  const grouped = (digits) => {
    const parts = [];
    let from = 0;
    for (const size of groups_of(digits)) {
      if (from < digits.length) parts.push(digits.slice(from, from + size));
      from += size;
    }
    return parts.join(" ");
  };

  // Digits of any script, as ASCII; everything else is dropped.
  const zeros = [0x660, 0x6f0, 0x966, 0xff10];
  const digits_of = (text) => {
    let out = "";
    for (const c of text) {
      const code = c.codePointAt(0);
      const zero = zeros.find((each) => code >= each && code < each + 10);
      if (c >= "0" && c <= "9") out += c;
      if (zero !== undefined) out += String(code - zero);
    }
    return out;
  };

  // --- the page ------------------------------------------------------------------------------------------------------

  const query = new URLSearchParams(location.search);
  const locale = Object.hasOwn(catalogue, query.get("locale") ?? "") ? query.get("locale") : "en";
  const words = catalogue[locale];
  const form = document.getElementById("form");
  const status = document.getElementById("status");
  const fields = ["number", "expiry", "cvc", "name"];
  const input = Object.fromEntries(fields.map((name) => [name, document.getElementById(name)]));
  const error_line = Object.fromEntries(fields.map((name) => [name, document.getElementById(`${name}_error`)]));
  // Fields whose mistakes are shown: those the shopper has left, and all of them once a token was asked for.
  const shown = new Set();
  // What the vault refused, until the field is changed.
  const refused = {};

  const dress = () => {
    document.documentElement.lang = locale;
    document.documentElement.dir = locale === "ar" ? "rtl" : "ltr";
    const theme = query.get("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (query.get("ground") === "paper") document.documentElement.dataset.ground = "paper";
    document.title = words.title;
    for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  };

  const expiry_parts = () => {
    const digits = digits_of(input.expiry.value);
    return {month: digits.slice(0, 2), year: digits.slice(2)};
  };

  const number_mistake = () => {
    const digits = digits_of(input.number.value);
    if (digits === "") return "number_required";
    const brand = brand_of(digits);
    if (!brand) {
      const may_be_one = brands.some((each) => each.ranges.some((range) => may_reach(digits, range)));
      return may_be_one ? "number_incomplete" : "number_unknown";
    }
    if (!brand.lengths.includes(digits.length)) {
      return digits.length < Math.max(...brand.lengths) ? "number_incomplete" : "number_wrong";
    }
    return passes_luhn(digits) ? null : "number_wrong";
  };

  const expiry_mistake = () => {
    const {month, year} = expiry_parts();
    if (month === "") return "expiry_required";
    if (month.length === 2 && (Number(month) < 1 || Number(month) > 12)) return "expiry_wrong";
    if (month.length < 2 || year.length !== 2) return "expiry_incomplete";
    const now = new Date();
    const months_left = (2000 + Number(year) - now.getFullYear()) * 12 + Number(month) - (now.getMonth() + 1);
    return months_left < 0 ? "expiry_past" : null;
  };

  const cvc_digits = () => brand_of(digits_of(input.number.value))?.cvc ?? 3;

  const cvc_mistake = () => {
    const digits = digits_of(input.cvc.value);
    if (digits === "") return "cvc_required";
    return digits.length === cvc_digits() ? null : "cvc_incomplete";
  };

  const name_mistake = () => (/["\\<>{}&=%+;]/.test(input.name.value) || digits_of(input.name.value).length > 11 ? "name_wrong" : null);

  const find_mistake = {number: number_mistake, expiry: expiry_mistake, cvc: cvc_mistake, name: name_mistake};

  const mistakes = () => {
    const found = {};
    for (const name of fields) {
      const code = find_mistake[name]() ?? refused[name] ?? null;
      if (code) found[name] = code;
    }
    return found;
  };

  // --- what is told to the parent --------------------------------------------------------------------------------------

  let port = null;
  let told_state = "";
  let told_height = 0;

  const tell = (message) => port?.postMessage(message);

  const tell_state = () => {
    const errors = mistakes();
    const brand = brand_of(digits_of(input.number.value))?.name ?? null;
    const visible = Object.fromEntries(Object.entries(errors).filter(([name]) => shown.has(name)));
    const state = {type: "state", complete: Object.keys(errors).length === 0, brand, errors: visible};
    const text = JSON.stringify(state);
    if (!port || text === told_state) return;
    told_state = text;
    tell(state);
  };

  const tell_height = () => {
    const px = Math.ceil(document.body.getBoundingClientRect().height);
    if (!port || px === told_height) return;
    told_height = px;
    tell({type: "height", px});
  };

  // --- showing -----------------------------------------------------------------------------------------------------------

  const show = () => {
    const errors = mistakes();
    for (const name of fields) {
      const code = shown.has(name) ? errors[name] : undefined;
      const line = error_line[name];
      const text = code ? words[code] : "";
      if (line.textContent !== text) line.textContent = text;
      line.hidden = !code;
      if (code) input[name].setAttribute("aria-invalid", "true");
      else input[name].removeAttribute("aria-invalid");
    }
    document.getElementById("brand").textContent = brand_of(digits_of(input.number.value))?.shown ?? "";
    document.getElementById("cvc_hint").textContent = words[`cvc_hint_${cvc_digits()}`];
    tell_state();
  };

  // Puts `text` into the field with the caret behind as many digits as before.
  const rewrite = (field, text) => {
    if (field.value === text) return;
    const caret = field.selectionStart ?? field.value.length;
    const before = digits_of(field.value.slice(0, caret)).length;
    const at_end = caret === field.value.length;
    field.value = text;
    let place = text.length;
    if (!at_end) {
      place = 0;
      for (let seen = 0; place < text.length && seen < before; ++place) {
        if (digits_of(text[place]) !== "") ++seen;
      }
    }
    if (document.activeElement === field) field.setSelectionRange(place, place);
  };

  const format_number = () => rewrite(input.number, grouped(digits_of(input.number.value).slice(0, 19)));

  // "7" is July; "12/2030", "2030-12" and "1230" are all understood.
  const format_expiry = (deleting) => {
    const typed = input.expiry.value;
    const year_first = /^\s*(\d{4})\D+(\d{1,2})\s*$/.exec(typed);
    let digits = year_first ? year_first[2].padStart(2, "0") + year_first[1] : digits_of(typed);
    const month_alone = /^\s*(\d)\s*[/\-.]/.exec(typed);
    if (month_alone && !year_first) digits = `0${digits}`;
    if (digits.length === 1 && digits > "1") digits = `0${digits}`;
    const month = digits.slice(0, 2);
    let year = digits.slice(2, 6);
    if (year.length === 4) year = year.slice(2);
    else if (!year.startsWith("20") || year.length < 3) year = year.slice(0, year.startsWith("20") ? 4 : 2);
    const separator = digits.length > 2 || (digits.length === 2 && !deleting) ? " / " : "";
    rewrite(input.expiry, month + separator + year);
  };

  const format_cvc = () => rewrite(input.cvc, digits_of(input.cvc.value).slice(0, 4));

  const on_input = (name, event) => {
    const deleting = (event.inputType ?? "").startsWith("delete");
    delete refused[name];
    if (name === "number") format_number();
    if (name === "expiry") format_expiry(deleting);
    if (name === "cvc") format_cvc();
    // Nobody is told of a mistake while still typing; one that was told goes as soon as it is put right.
    if (!mistakes()[name]) shown.delete(name);
    status.textContent = "";
    show();
  };

  const on_leave = (name) => {
    if (input[name].value !== "") shown.add(name);
    show();
  };

  const focus = (name) => (input[name] ?? input[Object.keys(mistakes())[0]] ?? input.number).focus();

  const clear = () => {
    for (const name of fields) {
      input[name].value = "";
      delete refused[name];
    }
    shown.clear();
    status.textContent = "";
    show();
  };

  // --- tokens --------------------------------------------------------------------------------------------------------------

  // Which field's mistake stands for a field that the vault refused.
  const refusals = {number: "number_wrong", exp_month: "expiry_wrong", exp_year: "expiry_past", cvc: "cvc_incomplete", name: "name_wrong"};

  const show_mistakes = () => {
    for (const name of fields) shown.add(name);
    show();
    status.textContent = words.status;
    focus();
    tell_height();
  };

  const post_card = async () => {
    const {month, year} = expiry_parts();
    const card = {
      number: digits_of(input.number.value),
      exp_month: Number(month),
      exp_year: 2000 + Number(year),
      cvc: digits_of(input.cvc.value),
    };
    if (input.name.value.trim() !== "") card.name = input.name.value.trim();
    const answer = await fetch("/v1/tokens", {
      method: "POST",
      headers: {"content-type": "application/json"},
      body: JSON.stringify(card),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(tokenize_timeout_ms),
    });
    return {status: answer.status, body: await answer.json()};
  };

  const answer_for = ({status: code, body}) => {
    if (code === 200) return {type: "token", token: body.token, card: body.card};
    if (code === 429) return {type: "error", reason: "too_many", retryable: true, errors: {}};
    if (code !== 400) return {type: "error", reason: "unavailable", retryable: true, errors: {}};
    for (const each of body.field_violations ?? []) {
      const mistake = refusals[each.field];
      if (mistake) refused[mistake.split("_")[0]] = mistake;
    }
    show_mistakes();
    return {type: "error", reason: "refused", retryable: true, errors: mistakes()};
  };

  const tokenize = async () => {
    if (Object.keys(mistakes()).length > 0) {
      show_mistakes();
      return {type: "error", reason: "incomplete", retryable: true, errors: mistakes()};
    }
    try {
      return answer_for(await post_card());
    } catch {
      return {type: "error", reason: "offline", retryable: true, errors: {}};
    }
  };

  // One at a time: who asks again while one is under way gets the same.
  let under_way = null;

  const on_tokenize = async (id) => {
    under_way ??= tokenize().finally(() => {
      under_way = null;
    });
    tell({...(await under_way), id});
  };

  const on_message = ({data}) => {
    if (typeof data !== "object" || data === null) return;
    if (data.type === "tokenize") on_tokenize(data.id);
    if (data.type === "focus") focus(data.field);
    if (data.type === "clear") clear();
    if (data.type === "disable") for (const name of fields) input[name].disabled = data.disabled === true;
  };

  // --- the beginning ---------------------------------------------------------------------------------------------------------

  const parents = (document.querySelector('meta[name="florin-parents"]')?.content ?? "").split(" ").filter(Boolean);

  const on_open = (event) => {
    const is_for_us = event.data?.type === "florin:card-form:open" && event.data.version === version;
    if (port || !is_for_us || event.ports.length !== 1) return;
    if (event.source !== window.parent || window.parent === window || !parents.includes(event.origin)) return;
    window.removeEventListener("message", on_open);
    port = event.ports[0];
    port.onmessage = on_message;
    document.getElementById("name_field").hidden = event.data.showName !== true;
    tell({type: "ready", version});
    show();
    tell_height();
  };

  dress();
  for (const name of fields) {
    input[name].addEventListener("input", (event) => on_input(name, event));
    input[name].addEventListener("blur", () => on_leave(name));
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tell({type: "submit"});
  });
  window.addEventListener("message", on_open);
  new ResizeObserver(tell_height).observe(document.body);
  // What a browser kept for its back button is a card.
  window.addEventListener("pagehide", clear);
  show();
})();
