// Checkout from the operator's side: payment links made and turned off, sessions found and canceled, wrong input told.
import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { invite, openBrowser, openTab, redeem, settle, signIn, type Tab } from "./lib/browser.ts";
import { makeLink, makeSession, session, shopperCall } from "./lib/checkout.ts";
import { Platform, until } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
let tab: Tab;
let page: Page;
const expected = [/status of 40[0134]/, /status of 412/];

before(async () => {
  platform = await Platform.start("checkout-console");
  browser = await openBrowser();
  const first = await openTab(browser);
  await redeem(first.page, platform);
  await first.close();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});
beforeEach(async () => {
  tab = await openTab(browser, { expected });
  page = tab.page;
  await signIn(page, platform);
});
afterEach(() => tab.close());

const dialog = () => page.getByRole("dialog");
const rows = () => page.locator("tbody tr");
const money = (text: string) => new RegExp(text.replace(".", "\\.").replace(" ", "\\s"));

async function fillItem(at: number, name: string, quantity: string, price: string): Promise<void> {
  const item = page.getByRole("group", { name: `Item ${at}` });
  await item.getByLabel("Name").fill(name);
  await item.getByLabel("Quantity").fill(quantity);
  await item.getByLabel("Price of one").fill(price);
}

interface Link {
  url: string;
  status: string;
  amount: { currency: string; minor: string };
  terms: { lineItems: { name: string; quantity: string; unitAmountMinor: string }[]; reference: string };
}
const linkOf = async (id: string) => (await platform.call<{ paymentLink: Link }>("checkout.v1.CheckoutService/GetPaymentLink", { paymentLinkId: id })).paymentLink;
const idInAddress = () => page.url().split("/").pop()!;

test("a link is made from what was typed, to the last digit, and can be copied, scanned and opened", async () => {
  await page.goto(`${platform.console}#/checkout/links`);
  await page.getByRole("button", { name: "New link" }).first().click();
  await page.getByLabel("Currency").fill("kwd");
  await fillItem(1, "Dates, 1 kg", "3", "2.505");
  await page.getByRole("button", { name: "Add item" }).click();
  await fillItem(2, "Gift box", "1", "0.250");
  await page.getByRole("button", { name: "Add item" }).click();
  await page.getByRole("button", { name: "Remove item 3" }).click();
  await page.getByText(money("7.765 KWD")).waitFor();
  await page.getByLabel("Reference").fill("spring-7");
  await page.getByRole("button", { name: "Make link" }).click();
  await page.getByRole("heading", { name: /^Payment link of 7\.765/, level: 1 }).waitFor();
  await page.getByRole("img", { name: "QR code of the payment link" }).waitFor();
  const link = await linkOf(idInAddress());
  assert.deepEqual(link.amount, { currency: "KWD", minor: "7765" });
  assert.deepEqual(link.terms.lineItems.map(({ unitAmountMinor }) => unitAmountMinor), ["2505", "250"]);
  assert.equal(link.terms.reference, "spring-7");
  await page.getByRole("button", { name: /^Copy address of the payment link/ }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link.url);
});

test("wrong input is told at its field, by the form and by the server, and nothing is made", async () => {
  const count = async () => (await platform.call<{ paymentLinks?: object[] }>("checkout.v1.CheckoutService/ListPaymentLinks", {})).paymentLinks?.length ?? 0;
  const before = await count();
  await page.goto(`${platform.console}#/checkout/links/new`);
  await page.getByRole("button", { name: "Make link" }).click();
  await page.getByText("Say what it is.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("maxlength")), "250", "the first wrong field has the focus");
  await page.getByLabel("Currency").fill("JPY");
  await fillItem(1, "Tea", "0", "14.50");
  await page.getByText("JPY has no decimals.").waitFor();
  await page.getByText("Give a whole number from 1 to 1,000,000.").waitFor();
  await fillItem(1, "Tea", "1", "1450");
  await page.getByLabel("Address after the payment").fill("the shop");
  await page.getByLabel("Reference").fill("4242 4242 4242 4242");
  await page.getByRole("button", { name: "Make link" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await settle(page);
  await page.getByLabel("Reference").fill("");
  await page.getByRole("button", { name: "Make link" }).click();
  await page.waitForFunction(() => document.querySelector("input[type=url]")?.getAttribute("aria-invalid") === "true");
  assert.equal(await count(), before);
  await page.getByLabel("Address after the payment").fill("https://shop.example/thanks");
  await page.getByRole("button", { name: "Make link" }).dblclick();
  await page.getByRole("heading", { name: /^Payment link of 1,450/, level: 1 }).waitFor();
  assert.equal(await count(), before + 1, "a double click makes one link");
});

test("a link is turned off and on again, and its sessions are found from it", async () => {
  const made = await makeLink(platform, "REUSABLE");
  await shopperCall(platform, "OpenPaymentLink", made.url);
  await page.goto(`${platform.console}#/checkout/links/${made.id}`);
  await page.getByRole("button", { name: "Turn off" }).click();
  await dialog().getByRole("button", { name: "Turn off" }).click();
  await page.getByText("The link is turned off.").waitFor();
  assert.equal((await linkOf(made.id)).status, "PAYMENT_LINK_STATUS_INACTIVE");
  await assert.rejects(shopperCall(platform, "OpenPaymentLink", made.url));
  await page.getByRole("button", { name: "Turn on" }).click();
  await dialog().getByRole("button", { name: "Turn on" }).click();
  await page.getByText("The link is active again.").waitFor();
  await shopperCall(platform, "OpenPaymentLink", made.url);
  await page.getByRole("link", { name: "Its sessions" }).click();
  await page.getByRole("heading", { name: "Checkout", level: 1 }).waitFor();
  await until("the two sessions of the link", async () => (await rows().count()) === 2);
  assert.match(page.url(), new RegExp(`link=${made.id}`));
  await page.getByRole("button", { name: "Show sessions of all links" }).click();
  await page.waitForURL((url) => !url.href.includes("link="));
});

test("an open session is found by its state and canceled, once", async () => {
  const open = await makeSession(platform, { reference: "ORDER-77" });
  await page.goto(`${platform.console}#/checkout/sessions`);
  await page.getByText("Open", { exact: true }).first().click();
  assert.match(page.url(), /status=open/);
  await rows().filter({ hasText: "ORDER-77" }).getByRole("link").first().click();
  await page.getByRole("heading", { name: /^Session of 48\.90/, level: 1 }).waitFor();
  await page.getByRole("button", { name: /^Copy address of the page/ }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), open.url);
  await page.getByRole("button", { name: "Cancel session" }).click();
  await dialog().getByRole("button", { name: "Cancel session" }).click();
  await page.getByText("The session is canceled.").waitFor();
  assert.equal((await session(platform, open.id)).status, "CHECKOUT_SESSION_STATUS_CANCELED");
  const button = page.getByRole("button", { name: /^Cancel session/ });
  await until("it cannot be canceled again", async () => (await button.getAttribute("aria-disabled")) === "true");
  assert.equal(await page.getByText("The shopper's page.").count(), 0, "the address is shown only while the session is open");
});

test("a session that ends under the open dialog is refused in words", async () => {
  const open = await makeSession(platform);
  await page.goto(`${platform.console}#/checkout/sessions/${open.id}`);
  await page.getByRole("button", { name: "Cancel session" }).click();
  await platform.call("checkout.v1.CheckoutService/CancelCheckoutSession", { sessionId: open.id });
  await dialog().getByRole("button", { name: "Cancel session" }).click();
  await Promise.race([dialog().getByText("Not possible now").waitFor(), page.getByText("The session is canceled.").waitFor()]);
  assert.equal((await session(platform, open.id)).status, "CHECKOUT_SESSION_STATUS_CANCELED");
});

test("what is not there says so, and a viewer is told why nothing can be changed", async () => {
  await page.goto(`${platform.console}#/checkout/links/lnk_0000000000zzz0000000`);
  await page.getByRole("heading", { name: "There is no such payment link" }).waitFor();
  await page.goto(`${platform.console}#/checkout/sessions/chk_0000000000zzz0000000`);
  await page.getByRole("heading", { name: "There is no such session" }).waitFor();
  const viewer = await openTab(browser, { expected });
  await invite(page, viewer.page, platform, { email: "vera@example.com", name: "Vera Viewer", role: "Viewer" });
  const made = await makeLink(platform, "SINGLE");
  await viewer.page.goto(`${platform.console}#/checkout/links/${made.id}`);
  const button = viewer.page.getByRole("button", { name: /^Turn off/ });
  await button.waitFor();
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  assert.match(await button.innerText(), /lacks the permission checkout\.write/);
  await viewer.close();
});
