// The vault's card form, held by a page of the platform's origin: what is typed, told, shown and sent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import type { Browser, Frame, Page } from "playwright-core";
import { openBrowser, openTab, shoot, type Look } from "./lib/browser.ts";
import { Platform } from "./lib/platform.ts";

interface Message {
  type: string;
  id?: number;
  token?: string;
  reason?: string;
  complete?: boolean;
  brand?: string | null;
  errors?: Record<string, string>;
}
interface Holder {
  messages: Message[];
  port: MessagePort;
}

let platform: Platform;
let browser: Browser;
before(async () => {
  platform = await Platform.start("card-form");
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const endpoint = (name: string) => (platform.endpoints as unknown as Record<string, string>)[name]!;
const vault = () => endpoint("vault");

// A page that does what a checkout does with the form, and keeps all it is told.
const holder = (query: string) => `<!doctype html><html lang="en"><head><title>Pay</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{margin:16px}iframe{border:0;width:100%;display:block}</style></head>
<body><main><h1>Pay</h1><iframe id="form" title="Card details" src="${vault()}/card-form/v1/?${query}"></iframe></main><script>
const channel = new MessageChannel();
window.messages = [];
window.port = channel.port1;
channel.port1.onmessage = ({data}) => {
  messages.push(data);
  if (data.type === "height") document.getElementById("form").style.height = data.px + "px";
};
document.getElementById("form").addEventListener("load", ({target}) =>
  target.contentWindow.postMessage({type: "florin:card-form:open", version: 1, showName: true}, "${vault()}", [channel.port2]));
</script></body></html>`;

interface Form {
  page: Page;
  frame: Frame;
  close: () => Promise<void>;
}

// The page comes from a real server, for Chromium lets no page of unknown whereabouts frame one of this machine.
async function hold(page: Page, origin: string, path: string, query: string): Promise<void> {
  await page.goto(origin + path);
  await page.setContent(holder(query));
}

async function openForm(query: string, look: Look = {}): Promise<Form> {
  const { page, close } = await openTab(browser, { ...look, expected: [/favicon/, ...(look.expected ?? [])] });
  await hold(page, platform.endpoints.api, "/livez", query);
  await page.waitForFunction(() => (window as unknown as Holder).messages.some(({ type }) => type === "height"));
  return { page, frame: page.frames()[1]!, close };
}

const told = (page: Page, type: string) =>
  page.evaluate((wanted) => (window as unknown as Holder).messages.filter((message) => message.type === wanted).at(-1), type);

// Asks for a token under each of these ids, all at once.
async function ask(page: Page, ids: number[]): Promise<Message[]> {
  await page.evaluate((all) => all.forEach((id) => (window as unknown as Holder).port.postMessage({ type: "tokenize", id })), ids);
  const answers = await page.waitForFunction((all) => {
    const { messages } = window as unknown as Holder;
    const found = all.map((id) => messages.find((message) => message.id === id));
    return found.every((message) => message) && found;
  }, ids);
  return (await answers.jsonValue()) as Message[];
}

const tokenize = async (page: Page, id: number): Promise<Message> => (await ask(page, [id]))[0]!;

async function fill(frame: Frame, number: string, expiry = "12/40", cvc = "123"): Promise<void> {
  await frame.locator("#number").fill(number);
  await frame.locator("#expiry").fill(expiry);
  await frame.locator("#cvc").fill(cvc);
}

test("what is typed is grouped, named and told when it is wrong", async () => {
  const { page, frame, close } = await openForm("locale=en");
  const number = frame.locator("#number");
  await number.pressSequentially("4242424242424242");
  assert.equal(await number.inputValue(), "4242 4242 4242 4242");
  assert.equal(await frame.locator("#brand").textContent(), "Visa");
  await number.evaluate((field) => (field as HTMLInputElement).setSelectionRange(7, 7));
  await page.keyboard.press("Backspace");
  assert.equal(await number.inputValue(), "4242 4424 2424 242");
  assert.equal(await number.evaluate((field) => (field as HTMLInputElement).selectionStart), 6, "the caret stays");
  await number.fill("378282246310005");
  assert.equal(await number.inputValue(), "3782 822463 10005");
  assert.match((await frame.locator("#cvc_hint").textContent()) ?? "", /^4 digits/);
  await number.fill("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢");
  assert.equal(await number.inputValue(), "4242 4242 4242 4242", "digits of any script");
  await number.fill("4242424242424241");
  assert.equal(await frame.locator("#number_error").isVisible(), false, "not while it is being typed");
  await number.blur();
  assert.equal(await frame.locator("#number_error").textContent(), "Check the card number: a digit is wrong.");
  assert.equal(await number.getAttribute("aria-invalid"), "true");
  assert.equal((await told(page, "state"))?.errors?.number, "number_wrong");
  await number.fill("4242424242424242");
  assert.equal(await frame.locator("#number_error").isVisible(), false, "gone as soon as it is right");
  await close();
});

test("expiries are understood however they are written", async () => {
  const { frame, close } = await openForm("locale=en");
  const expiry = frame.locator("#expiry");
  for (const [typed, shown] of [["1240", "12 / 40"], ["7/39", "07 / 39"], ["1/39", "01 / 39"], ["12/2040", "12 / 40"], ["122041", "12 / 41"]]) {
    await expiry.fill("");
    await expiry.pressSequentially(typed!);
    assert.equal(await expiry.inputValue(), shown, `typed ${typed}`);
  }
  for (const [pasted, shown] of [["12/2040", "12 / 40"], ["2040-12", "12 / 40"], ["03 / 41", "03 / 41"]]) {
    await expiry.fill(pasted!);
    assert.equal(await expiry.inputValue(), shown, `pasted ${pasted}`);
  }
  for (let i = 0; i < 7; ++i) await expiry.press("Backspace");
  assert.equal(await expiry.inputValue(), "", "it can be taken back");
  for (const [wrong, why] of [["13/40", "expiry_wrong"], ["12/20", "expiry_past"], ["12", "expiry_incomplete"]]) {
    await expiry.fill(wrong!);
    await expiry.blur();
    const line = frame.locator("#expiry_error");
    assert.notEqual(await line.textContent(), "", why);
  }
  await close();
});

test("the card goes to the vault and nowhere else, and its token pays", async () => {
  const { page, frame, close } = await openForm("locale=en");
  const sent: { url: string; body: string }[] = [];
  page.on("request", (request) => sent.push({ url: request.url(), body: request.postData() ?? "" }));
  await fill(frame, "4242424242424242");
  await frame.locator("#name").fill("Ada Lovelace");
  assert.equal((await told(page, "state"))?.complete, true);
  const answers = await ask(page, [1, 2]);
  assert.equal(answers[0]!.type, "token", JSON.stringify(answers[0]));
  assert.equal(answers[0]!.token, answers[1]!.token, "asked twice at once, sent once");
  assert.deepEqual(sent.map(({ url }) => url), [`${vault()}/v1/tokens`]);
  assert.equal((JSON.parse(sent[0]!.body) as { number: string }).number, "4242424242424242");
  const all = await page.evaluate(() => JSON.stringify((window as unknown as Holder).messages));
  assert.ok(!all.includes("424242424242") && !all.includes("4242 4242"), "no message holds the number");
  const readable = await page.evaluate(() => {
    try {
      return (document.getElementById("form") as HTMLIFrameElement).contentWindow!.document.body !== null;
    } catch {
      return false;
    }
  });
  assert.equal(readable, false, "the page around cannot look into the frame");
  const payment = await platform.pay(1250, { paymentMethod: { token: answers[0]!.token } });
  assert.equal(payment.status, "PAYMENT_STATUS_SUCCEEDED");
  await close();
});

test("an incomplete card is told field by field and focused; Enter asks to pay", async () => {
  const { page, frame, close } = await openForm("locale=en");
  await frame.locator("#number").fill("4242424242424242");
  const answer = await tokenize(page, 1);
  assert.deepEqual([answer.type, answer.reason], ["error", "incomplete"]);
  assert.deepEqual(answer.errors, { expiry: "expiry_required", cvc: "cvc_required" });
  assert.equal(await frame.evaluate(() => document.activeElement?.id), "expiry");
  assert.equal(await frame.locator('[aria-invalid="true"]').count(), 2);
  assert.equal(await frame.getByRole("status").textContent(), "Check the card details.");
  await frame.locator("#cvc").press("Enter");
  await page.waitForFunction(() => (window as unknown as Holder).messages.some(({ type }) => type === "submit"));
  await close();
});

test("a vault that cannot be reached, or is busy, is told; what was typed stays", async () => {
  const { page, frame, close } = await openForm("locale=en", { expected: [/Failed to load resource/] });
  await fill(frame, "5555555555554444");
  const address = `${vault()}/v1/tokens`;
  await page.route(address, (route) => route.abort());
  assert.equal((await tokenize(page, 1)).reason, "offline");
  await page.unroute(address);
  for (const [status, reason] of [[429, "too_many"], [503, "unavailable"]] as const) {
    await page.route(address, (route) => route.fulfill({ status, contentType: "application/json", body: "{}" }));
    assert.equal((await tokenize(page, status)).reason, reason);
    await page.unroute(address);
  }
  assert.equal((await tokenize(page, 2)).type, "token");
  await close();
});

test("one message opens the form, from an allowed origin; everybody else gets nothing", async () => {
  const { page, close } = await openForm("locale=en");
  const answered = await page.evaluate((origin) => {
    const channel = new MessageChannel();
    const reply = new Promise((resolve) => {
      channel.port1.onmessage = () => resolve(true);
      // The first port still answers: what it says comes after whatever the second one could have said.
      const first = (window as unknown as Holder).port;
      first.addEventListener("message", () => resolve(false));
      first.postMessage({ type: "tokenize", id: 99 });
    });
    const form = document.getElementById("form") as HTMLIFrameElement;
    form.contentWindow!.postMessage({ type: "florin:card-form:open", version: 1 }, origin, [channel.port2]);
    return reply;
  }, vault());
  assert.equal(answered, false, "a second opening is ignored");
  await close();

  const foreign = await openTab(browser, { expected: [/favicon/, /frame-ancestors/, /Content Security Policy/, /postMessage/, /chrome-error/] });
  await hold(foreign.page, endpoint("sandbox_psp"), "/health", "locale=en");
  assert.equal(await foreign.page.evaluate(() => (window as unknown as Holder).messages.length), 0);
  assert.equal(await foreign.page.frames()[1]!.locator("#number").count(), 0, "the frame does not load");
  await foreign.close();
});

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const locale of ["en", "de", "es", "ar", "hi"]) {
  for (const look of [{ size: "narrow", scheme: "light" }, { size: "phone", scheme: "dark" }, { size: "desktop", scheme: "light" }] as const) {
    test(`${locale}, ${look.size}, ${look.scheme}: fits, and axe finds nothing`, async () => {
      const { page, frame, close } = await openForm(`locale=${locale}`, look);
      if (look.size === "narrow") await page.setViewportSize({ width: 320, height: 740 });
      await tokenize(page, 1);
      assert.equal(await frame.locator('[aria-invalid="true"]').count(), 3);
      assert.equal(await frame.evaluate(() => document.documentElement.dir), locale === "ar" ? "rtl" : "ltr");
      assert.ok(await frame.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), "nothing is cut");
      assert.ok(await frame.evaluate(() => [...document.querySelectorAll("label")].every(({ textContent }) => textContent!.trim() !== "")));
      await frame.evaluate(axeSource);
      const violations = await frame.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run: (at: Document, options: object) => Promise<{ violations: { id: string; help: string }[] }> } };
        return (await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations.map(({ id, help }) => `${id}: ${help}`);
      });
      assert.deepEqual(violations, []);
      await shoot(page, `card-form-${locale}-${look.size}-${look.scheme}`);
      await close();
    });
  }
}
