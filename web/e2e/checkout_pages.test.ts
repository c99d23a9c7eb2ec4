// Every face of the hosted checkout in light and dark, on phone and desktop: axe, overflow, targets, a picture.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { axe, openBrowser, openTab, shoot, type Look } from "./lib/browser.ts";
import { form, formReady, makeLink, makeSession, payByCard, payButton, receipt, session, shopperCall } from "./lib/checkout.ts";
import { Platform } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
before(async () => {
  platform = await Platform.start("checkout-pages");
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const readCall = "**/florin.checkout.v1.ShopperService/GetCheckout";

async function paidBy(token: string, more: object = {}): Promise<string> {
  const { url } = await makeSession(platform, more);
  await shopperCall(platform, "PayCheckout", url, { paymentMethod: { token }, wait: "2s" });
  return url;
}

// A checkout that the server would need days to come to, or would leave too soon.
async function pretend(page: Page, change: object): Promise<void> {
  await page.route(readCall, async (route) => {
    const answer = await route.fetch();
    const { checkout } = (await answer.json()) as { checkout: object };
    await route.fulfill({ response: answer, json: { checkout: { ...checkout, ...change } } });
  });
}

const items = Array.from({ length: 12 }, (_, at) => ({ name: `Tea no. ${at + 1} of a long and carefully chosen list`, quantity: "1", unitAmountMinor: at === 3 ? "0" : "990" }));

interface Face {
  name: string;
  url: () => Promise<string> | string;
  prepare?: (page: Page) => Promise<unknown>;
  ready: (page: Page) => Promise<void>;
}

const heading = (name: string) => (page: Page) => page.getByRole("heading", { name }).waitFor();
const plain = async (more: object = {}) => (await makeSession(platform, more)).url;

const faces: Face[] = [
  { name: "choose", url: () => plain(), ready: formReady },
  { name: "long-order", url: () => plain({ lineItems: items, currency: "JPY" }), ready: formReady },
  {
    name: "near-the-end",
    url: () => plain(),
    prepare: (page) => pretend(page, { expireTime: new Date(Date.now() + 290_000).toISOString(), expiresIn: "290s" }),
    ready: async (page) => {
      await formReady(page);
      await page.getByText("Time left to pay: 4:").waitFor();
    },
  },
  {
    name: "other-method",
    url: () => plain(),
    ready: async (page) => {
      await formReady(page);
      await page.getByRole("radio", { name: "Bank transfer" }).check();
    },
  },
  {
    name: "incomplete",
    url: () => plain(),
    ready: async (page) => {
      await formReady(page);
      await payButton(page).click();
      await form(page).getByText("Enter the card number.").waitFor();
    },
  },
  {
    name: "declined",
    url: () => paidBy("tok_decline_insufficient_funds"),
    ready: async (page) => {
      await formReady(page);
      await page.getByText("There is not enough money").waitFor();
    },
  },
  {
    name: "offline",
    url: () => plain(),
    ready: async (page) => {
      await formReady(page);
      await page.context().setOffline(true);
      await payButton(page).click();
      await page.getByText("You are offline, so nothing was sent").waitFor();
    },
  },
  {
    name: "waiting",
    url: () => plain(),
    prepare: (page) => pretend(page, { payment: { paymentId: "pay_1", status: "PAYMENT_STATUS_PROCESSING" } }),
    ready: heading("Your payment is being processed"),
  },
  { name: "challenge", url: () => paidBy("tok_challenge"), ready: heading("Finish the payment") },
  { name: "upi", url: () => paidBy("tok_upi", { currency: "INR" }), ready: async (page) => page.getByRole("heading", { name: /UPI app/ }).waitFor() },
  { name: "transfer", url: () => paidBy("tok_bank_transfer"), ready: heading("Send the money from your bank") },
  {
    name: "receipt",
    url: () => plain(),
    ready: async (page) => {
      await payByCard(page, "4242424242424242");
      await receipt(page);
    },
  },
  { name: "expired", url: () => plain(), prepare: (page) => pretend(page, { status: "CHECKOUT_SESSION_STATUS_EXPIRED", methods: [] }), ready: heading("The time to pay has run out") },
  {
    name: "canceled",
    url: async () => {
      const made = await makeSession(platform);
      await platform.call("checkout.v1.CheckoutService/CancelCheckoutSession", { sessionId: made.id });
      return made.url;
    },
    ready: heading("The shop has withdrawn this payment"),
  },
  {
    name: "failed",
    url: async () => {
      const made = await makeSession(platform);
      for (let i = 0; i < 10; ++i) await shopperCall(platform, "PayCheckout", made.url, { paymentMethod: { token: "tok_decline_do_not_honor" } });
      assert.equal((await session(platform, made.id)).status, "CHECKOUT_SESSION_STATUS_FAILED");
      return made.url;
    },
    ready: heading("The payment did not succeed"),
  },
  {
    name: "link-closed",
    url: async () => {
      const link = await makeLink(platform, "REUSABLE");
      await platform.call("checkout.v1.CheckoutService/UpdatePaymentLink", { paymentLinkId: link.id, active: false });
      return link.url;
    },
    ready: heading("This payment link is closed"),
  },
  { name: "nowhere", url: () => `${platform.endpoints.api}/checkout/`, ready: heading("There is no payment at this address") },
  { name: "unopened", url: () => plain(), prepare: (page) => page.route(readCall, (route) => route.abort()), ready: heading("The payment could not be opened") },
];

const looks: (Look & { name: string })[] = [
  { name: "phone-light", size: "phone", scheme: "light", touch: true },
  { name: "least-dark", size: "least", scheme: "dark", touch: true },
  { name: "desktop-light", size: "desktop", scheme: "light" },
  { name: "desktop-dark", size: "desktop", scheme: "dark" },
];

// What a finger must hit: links within a sentence aside, 44 by 44.
const smallTargets = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, a, select, label:has(input), summary")]
      .map((element) => ({ text: element.textContent?.trim().slice(0, 40), box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 44 || box.width < 44))
      .map(({ text, box }) => `${text}: ${box.width} x ${box.height}`),
  );

async function check(page: Page, name: string): Promise<void> {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), "nothing is cut at the side");
  assert.equal(await page.locator("h1:visible").count(), 1);
  assert.deepEqual(await smallTargets(page), []);
  assert.deepEqual(await axe(page), []);
  // A frame that was never in sight is not painted.
  for (const frame of await page.locator("iframe:visible").all()) await frame.scrollIntoViewIfNeeded();
  await shoot(page, name, true);
}

for (const face of faces) {
  test(`${face.name}: fits and is clean, light and dark, phone and desktop`, async () => {
    for (const look of looks) {
      const tab = await openTab(browser, { ...look, expected: [/Failed to load resource/, /net::ERR/] });
      await face.prepare?.(tab.page);
      await tab.page.goto(await face.url());
      await face.ready(tab.page);
      await check(tab.page, `checkout-${face.name}-${look.name}`);
      await tab.close();
    }
  });
}

for (const [locale, direction, words] of [["ar", "rtl", "كيف تريد أن تدفع؟"], ["hi", "ltr", "आप कैसे भुगतान करना चाहते हैं?"], ["de", "ltr", "Wie möchten Sie bezahlen?"], ["es", "ltr", "¿Cómo quieres pagar?"]] as const) {
  test(`${locale}: by the merchant's wish, from first to last word`, async () => {
    for (const look of [looks[0]!, looks[1]!, looks[2]!]) {
      const tab = await openTab(browser, look);
      const { page } = tab;
      await page.goto(await plain({ locale }));
      await page.getByText(words).waitFor();
      await formReady(page);
      assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [locale, direction]);
      assert.equal(await form(page).locator("html").getAttribute("lang"), locale, "the card form speaks it too");
      await check(page, `checkout-choose-${locale}-${look.name}`);
      await page.locator("button.pay").focus();
      await form(page).locator("#number").fill("4000000000000127");
      await form(page).locator("#expiry").fill("12/40");
      await form(page).locator("#cvc").fill("123");
      await page.locator("button.pay").click();
      await page.locator(".notice").waitFor();
      await check(page, `checkout-declined-${locale}-${look.name}`);
      await form(page).locator("#number").fill("4242424242424242");
      await page.locator("button.pay").click();
      await page.locator('[data-stage="paid"]').waitFor();
      await check(page, `checkout-receipt-${locale}-${look.name}`);
      await tab.close();
    }
  });
}

test("the browser's language, and the shopper's own choice of another", async () => {
  const tab = await openTab(browser, { locale: "es-MX" });
  const { page } = tab;
  await page.goto(await plain());
  await page.getByText("¿Cómo quieres pagar?").waitFor();
  await page.getByLabel("Idioma").selectOption("de");
  await page.getByText("Wie möchten Sie bezahlen?").waitFor();
  await formReady(page);
  assert.equal(await form(page).locator("html").getAttribute("lang"), "de");
  await tab.close();
});

test("the keyboard alone pays", async () => {
  const tab = await openTab(browser);
  const { page } = tab;
  await page.goto(await plain());
  await formReady(page);
  await page.getByRole("radio", { name: "Card" }).focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getByRole("radio", { name: "Wallet" }).isChecked(), true);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.keyboard.type("4242424242424242");
  await page.keyboard.press("Tab");
  await page.keyboard.type("1240");
  await page.keyboard.press("Tab");
  await page.keyboard.type("123");
  await page.keyboard.press("Enter");
  await receipt(page);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "it is read from its heading");
  await tab.close();
});
