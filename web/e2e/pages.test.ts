// Every page and overlay in light and dark, phone and desktop: clean to axe, no fault, and a picture to look at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { axe, openBrowser, openTab, redeem, settle, shoot, signIn, type Look } from "./lib/browser.ts";
import { makeLink, makeSession } from "./lib/checkout.ts";
import { Platform, until } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
const ids = { refunded: "", challenge: "", authorized: "", account: "", webhook: "", transaction: "", session: "", link: "", transfer: "", app: "" };

before(async () => {
  platform = await Platform.start("pages");
  browser = await openBrowser();
  await seed();
  const first = await openTab(browser);
  await redeem(first.page, platform);
  await first.page.goto(`${platform.console}#/payments/${ids.refunded}`);
  await first.page.getByRole("button", { name: "Refund", exact: true }).click();
  await first.page.getByRole("dialog").getByLabel("Amount").fill("12.34");
  await first.page.getByRole("dialog").getByLabel(/Reason/).fill("Goodwill");
  await first.page.getByRole("dialog").getByRole("button", { name: "Refund" }).click();
  await first.page.getByText(/^Refunded 12\.34.USD\./).waitFor();
  await first.close();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

async function seed(): Promise<void> {
  const descriptions = ["Espresso machine", "Annual plan", "Two tickets, Oslo", "Winter boots"];
  const methods = ["tok_success", "tok_success", "tok_webhook", "tok_decline_insufficient_funds", "tok_pending", "tok_decline_fraud", "tok_success"];
  const currencies = ["USD", "EUR", "JPY", "KWD"];
  for (let at = 0; at < 56; ++at) {
    const amount = { currency: currencies[at % 4], minor: String(1999 + at * 731) };
    const captureMethod = at % 5 === 0 ? "CAPTURE_METHOD_MANUAL" : "CAPTURE_METHOD_AUTOMATIC";
    await platform.pay(0, { amount, captureMethod, paymentMethod: { token: methods[at % methods.length] }, reference: `order-${1000 + at}`, description: descriptions[at % 4], wait: "0.3s" });
  }
  ids.challenge = (await platform.pay(4900, { paymentMethod: { token: "tok_challenge" } })).id;
  const authorized = await platform.pay(25_000, { captureMethod: "CAPTURE_METHOD_MANUAL", reference: "order-2000" });
  await platform.call("payments.v1.PaymentService/CapturePayment", { paymentId: authorized.id, amount: { currency: "USD", minor: "10000" } });
  ids.authorized = authorized.id;
  ids.session = (await makeSession(platform)).id;
  const canceled = await makeSession(platform, { currency: "JPY", reference: "ORDER-1183" });
  await platform.call("checkout.v1.CheckoutService/CancelCheckoutSession", { sessionId: canceled.id });
  ids.link = (await makeLink(platform, "REUSABLE")).id;
  const off = await makeLink(platform, "SINGLE");
  await platform.call("checkout.v1.CheckoutService/UpdatePaymentLink", { paymentLinkId: off.id, active: false });
  ids.transfer = (await platform.pay(0, { amount: { currency: "EUR", minor: "8800" }, paymentMethod: { token: "tok_bank_transfer" } })).id;
  ids.app = (await platform.pay(0, { amount: { currency: "INR", minor: "99900" }, paymentMethod: { token: "tok_upi" } })).id;
  const paid = await platform.pay(12_500, { paymentMethod: { token: "tok_webhook" }, reference: "order-2001", description: "Espresso machine", statementDescriptor: "FLORIN SHOP", metadata: { cart: "c_2001" } });
  await platform.call("payments.v1.PaymentService/RefundPayment", { paymentId: paid.id, amount: { currency: "USD", minor: "2500" }, reason: "Damaged in transit" });
  ids.refunded = paid.id;
  ids.transaction = paid.ledgerTransactionId;
  const { accounts } = await platform.call<{ accounts: { id: string; path: string; ledger: string }[] }>("ledger.v1.LedgerService/ListAccounts", {});
  ids.account = accounts.find(({ path, ledger }) => path === "merchant/payable" && ledger === "USD/2")!.id;
  const list = () => platform.call<{ receivedWebhooks?: { id: string }[] }>("webhooks.v1.ReceivedWebhookService/ListReceivedWebhooks", { paymentId: paid.id });
  ids.webhook = (await until("the provider's webhook", async () => (await list()).receivedWebhooks?.[0])).id;
}

interface View {
  name: string;
  heading: RegExp;
  at: () => string;
  // Opens what lies over the page.
  then?: (page: Page) => Promise<void>;
}

// Another address of the same document changes the page a moment later: its heading tells when.
async function atPage(page: Page, view: View): Promise<void> {
  await page.getByRole("heading", { level: 1, name: view.heading }).first().waitFor();
}

const dialog = (page: Page) => page.getByRole("dialog").waitFor();

const views: View[] = [
  { name: "overview", heading: /^Overview$/, at: () => "/" },
  { name: "payments", heading: /^Payments$/, at: () => "/payments" },
  {
    name: "payments-filters", heading: /^Payments$/,
    at: () => "/payments?status=succeeded&currency=USD",
    then: async (page) => {
      await page.getByRole("button", { name: "Filters", exact: true }).click();
    },
  },
  { name: "payments-empty", heading: /^Payments$/, at: () => "/payments?reference=nothing" },
  { name: "payment", heading: /^125\.00/, at: () => `/payments/${ids.refunded}` },
  { name: "payment-authorized", heading: /^250\.00/, at: () => `/payments/${ids.authorized}` },
  { name: "payment-challenge", heading: /^49\.00/, at: () => `/payments/${ids.challenge}` },
  { name: "payment-transfer", heading: /^88\.00/, at: () => `/payments/${ids.transfer}` },
  { name: "payment-app", heading: /^999\.00/, at: () => `/payments/${ids.app}` },
  { name: "checkout-sessions", heading: /^Checkout$/, at: () => "/checkout/sessions" },
  { name: "checkout-sessions-empty", heading: /^Checkout$/, at: () => "/checkout/sessions?status=failed" },
  { name: "checkout-session", heading: /^Session of 48\.90/, at: () => `/checkout/sessions/${ids.session}` },
  {
    name: "dialog-cancel-session", heading: /^Session of 48\.90/,
    at: () => `/checkout/sessions/${ids.session}`,
    then: async (page) => {
      await page.getByRole("button", { name: "Cancel session" }).click();
      await dialog(page);
    },
  },
  { name: "payment-links", heading: /^Payment links$/, at: () => "/checkout/links" },
  { name: "payment-link", heading: /^Payment link of 48\.90/, at: () => `/checkout/links/${ids.link}` },
  {
    name: "dialog-link-off", heading: /^Payment link of 48\.90/,
    at: () => `/checkout/links/${ids.link}`,
    then: async (page) => {
      await page.getByRole("button", { name: "Turn off" }).click();
      await dialog(page);
    },
  },
  { name: "payment-link-new", heading: /^New payment link$/, at: () => "/checkout/links/new" },
  {
    name: "payment-link-new-wrong", heading: /^New payment link$/,
    at: () => "/checkout/links/new",
    then: async (page) => {
      await page.getByRole("button", { name: "Add item" }).click();
      await page.getByLabel("Price of one").first().fill("12.345");
      await page.getByRole("button", { name: "Make link" }).click();
      await page.getByText("Say what it is.").first().waitFor();
    },
  },
  {
    name: "dialog-refund", heading: /^125\.00/,
    at: () => `/payments/${ids.refunded}`,
    then: async (page) => {
      await page.getByRole("button", { name: "Refund", exact: true }).click();
      await page.getByRole("dialog").getByLabel("Amount").fill("999");
      await page.getByRole("dialog").getByRole("button", { name: "Refund" }).click();
      await page.getByText(/At most/).waitFor();
    },
  },
  {
    name: "dialog-capture", heading: /^250\.00/,
    at: () => `/payments/${ids.authorized}`,
    then: async (page) => {
      await page.getByRole("button", { name: "Capture", exact: true }).click();
      await page.getByRole("dialog").getByLabel("Amount").fill("100");
    },
  },
  { name: "ledger", heading: /^Ledger$/, at: () => "/ledger/accounts" },
  { name: "ledger-statement", heading: /payable/, at: () => `/ledger/accounts/${ids.account}` },
  { name: "ledger-transaction", heading: /^Ledger transaction/, at: () => `/ledger/transactions/${ids.transaction}` },
  { name: "ledger-trial-balance", heading: /^Ledger$/, at: () => "/ledger/trial-balance" },
  { name: "keys", heading: /^API keys$/, at: () => "/keys" },
  {
    name: "dialog-new-key", heading: /^API keys$/,
    at: () => "/keys",
    then: async (page) => {
      await page.getByRole("button", { name: "New key" }).click();
      await dialog(page);
      await page.getByLabel("Everything of this merchant").uncheck();
    },
  },
  { name: "webhooks", heading: /^Webhooks received$/, at: () => "/webhooks" },
  { name: "webhook", heading: /^Webhook$/, at: () => `/webhooks/${ids.webhook}` },
  { name: "operators", heading: /^Operators$/, at: () => "/operators" },
  {
    name: "dialog-invite", heading: /^Operators$/,
    at: () => "/operators",
    then: async (page) => {
      await page.getByRole("button", { name: "Invite" }).click();
      await dialog(page);
    },
  },
  { name: "audit", heading: /^Audit$/, at: () => "/audit", then: (page) => page.locator("summary").first().click() },
  { name: "health", heading: /^System health$/, at: () => "/health" },
  { name: "account", heading: /^Your account$/, at: () => "/account" },
  { name: "nowhere", heading: /^No such page$/, at: () => "/no/such/page" },
  {
    name: "palette", heading: /^API keys$/,
    at: () => "/keys",
    then: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("led");
    },
  },
  {
    name: "menu-own", heading: /^API keys$/,
    at: () => "/keys",
    then: async (page) => {
      const menu = page.getByRole("button", { name: "Menu" });
      if (await menu.isVisible()) await menu.click();
      await page.getByRole("button", { name: "Ada Byron" }).click();
      await page.getByRole("menu").waitFor();
    },
  },
];

const looks: Required<Pick<Look, "size" | "scheme">>[] = [
  { size: "desktop", scheme: "light" },
  { size: "desktop", scheme: "dark" },
  { size: "phone", scheme: "light" },
  { size: "phone", scheme: "dark" },
];

// Nothing may stick out of the screen: the page itself never scrolls sideways.
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const look of looks) {
  test(`pages and overlays, ${look.size}, ${look.scheme}`, async (t) => {
    const { page, close } = await openTab(browser, look);
    await signIn(page, platform);
    let overlaid = false;
    for (const view of views) {
      await t.test(view.name, async () => {
        // What lay over the last page is gone only with it.
        if (overlaid) await page.goto("about:blank");
        overlaid = view.then !== undefined;
        await page.goto(`${platform.console}#${view.at()}`);
        await atPage(page, view);
        await settle(page);
        await view.then?.(page);
        await shoot(page, `${view.name}-${look.size}-${look.scheme}`);
        assert.deepEqual(await axe(page), []);
        assert.ok((await overflow(page)) <= 0, "the page scrolls sideways");
      });
    }
    await close();
  });
}

test("the door, in light and dark", async () => {
  for (const scheme of ["light", "dark"] as const) {
    const { page, close } = await openTab(browser, { scheme, size: "narrow" });
    await page.goto(platform.console);
    await page.getByRole("heading", { name: "Sign in to Florin" }).waitFor();
    await settle(page);
    await shoot(page, `sign-in-narrow-${scheme}`);
    assert.deepEqual(await axe(page), []);
    await close();
  }
});

test("from 360 px to a wide screen nothing sticks out", async () => {
  for (const size of ["narrow", "wide"] as const) {
    const { page, close } = await openTab(browser, { size });
    await signIn(page, platform);
    for (const view of views.filter(({ then }) => !then)) {
      await page.goto(`${platform.console}#${view.at()}`);
      await atPage(page, view);
      await settle(page);
      assert.ok((await overflow(page)) <= 0, `${view.name} scrolls sideways at ${size}`);
      if (["overview", "payments", "payment", "ledger-statement"].includes(view.name)) await shoot(page, `${view.name}-${size}`);
    }
    await close();
  }
});
