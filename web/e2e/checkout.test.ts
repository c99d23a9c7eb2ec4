// The hosted checkout: paying, every way in which that can go wrong, and never paying twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openTab } from "./lib/browser.ts";
import {
  answerProvider,
  assertPaidOnce,
  charges,
  fillCard,
  form,
  formReady,
  makeLink,
  makeSession,
  openCheckout,
  payButton,
  payByCard,
  receipt,
  session,
  shopperCall,
} from "./lib/checkout.ts";
import { Platform, until } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
before(async () => {
  platform = await Platform.start("checkout");
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const payCall = "**/florin.checkout.v1.ShopperService/PayCheckout";
const readCall = "**/florin.checkout.v1.ShopperService/GetCheckout";
const lost = [/Failed to load resource/, /net::ERR/];

// The merchant's page is nobody's here: only where the way leads is looked at.
const shopLink = (page: Page) => page.getByRole("link", { name: "Back to the shop" }).getAttribute("href");

for (const look of [{ size: "phone", touch: true }, { size: "desktop" }] as const) {
  test(`a card pays on a ${look.size}, and the receipt says what, to whom and with what`, async () => {
    const made = await makeSession(platform);
    const tab = await openCheckout(browser, made.url, look);
    const { page } = tab;
    const sent: { url: string; body: string }[] = [];
    page.on("request", (request) => sent.push({ url: request.url(), body: request.postData() ?? "" }));
    assert.match(await page.title(), /^Pay .*48\.90 · /);
    assert.equal(await page.locator("h1").count(), 1);
    await payByCard(page, "4242424242424242");
    await receipt(page);
    await page.getByText("Visa ••••\u00a04242").waitFor();
    const { paymentId } = await session(platform, made.id);
    await page.getByText(paymentId!).waitFor();
    assert.match(await page.title(), /^Paid · /);
    assert.equal(await shopLink(page), `http://127.0.0.1:9/shop/thanks?checkout_session_id=${made.id}`);
    const withNumber = sent.filter(({ url, body }) => /4242\s?4242\s?4242/.test(url + body));
    assert.deepEqual(withNumber.map(({ url }) => url), [`${platform.endpoints.vault}/v1/tokens`], "the card went to the vault alone");
    await assertPaidOnce(platform, made.id);
    await page.reload();
    await receipt(page);
    await tab.close();
  });
}

const declines = [
  ["4000000000000002", "Your bank declined the payment.", ""],
  ["4000000000009995", "There is not enough money on this card or account.", ""],
  ["4000000000006975", "The payment is above the limit of this card.", ""],
  ["4000000000000069", "Your bank says that this card has expired.", "expiry"],
  ["4000000000000127", "The security code is not right.", "cvc"],
  ["4000000000000119", "The payment could not be completed at the moment.", ""],
  ["4000000000100000", "The payment could not be completed at the moment.", ""],
  ["4000000000009987", "Your bank declined the payment.", ""],
  ["4100000000000019", "Your bank declined the payment.", ""],
] as const;

for (const [number, words, field] of declines) {
  test(`declined ${number}: says what to do, keeps the form, and a second try pays`, async () => {
    const made = await makeSession(platform);
    const tab = await openCheckout(browser, made.url);
    const { page } = tab;
    await payByCard(page, number);
    const notice = page.getByRole("alert").filter({ hasText: words });
    await notice.waitFor();
    assert.match(await page.title(), /^The payment did not go through/);
    assert.equal((await form(page).locator("#number").inputValue()).replaceAll(" ", ""), number, "nothing is to be typed anew");
    assert.equal(await form(page).locator("#cvc").inputValue(), "123");
    const focused = () => page.evaluate(() => document.activeElement?.className || document.activeElement?.tagName.toLowerCase());
    if (field) {
      await until("the field is focused", () => form(page).locator(`#${field}`).evaluate((element) => document.activeElement === element));
      assert.equal(await focused(), "iframe");
    } else assert.match((await focused())!, /^notice/);
    await form(page).locator("#number").fill("4242424242424242");
    await payButton(page).click();
    await receipt(page);
    await assertPaidOnce(platform, made.id);
    await tab.close();
  });
}

test("few tries are counted down, and the end is told", async () => {
  const made = await makeSession(platform);
  const decline = () => shopperCall(platform, "PayCheckout", made.url, { paymentMethod: { token: "tok_decline_do_not_honor" } });
  for (let i = 0; i < 7; ++i) await decline();
  const tab = await openCheckout(browser, made.url);
  const { page } = tab;
  await page.getByText("Tries left: 3").waitFor();
  await decline();
  await payByCard(page, "4000000000000002");
  await page.getByText("This is the last try.").waitFor();
  await payButton(page).click();
  await page.getByRole("heading", { name: "The payment did not succeed", level: 1 }).waitFor();
  assert.equal(await shopLink(page), "http://127.0.0.1:9/shop/cart");
  assert.equal((await session(platform, made.id)).status, "CHECKOUT_SESSION_STATUS_FAILED");
  await tab.close();
});

test("an incomplete card is told by the form, and nothing is sent", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  const { page } = tab;
  await formReady(page);
  await payButton(page).click();
  await form(page).getByText("Enter the card number.").waitFor();
  assert.equal((await session(platform, made.id)).paymentId ?? "", "");
  await tab.close();
});

// ---- 3-D Secure ----

async function challenge(url: string, number = "4000000000003220") {
  const tab = await openCheckout(browser, url);
  await payByCard(tab.page, number);
  await tab.page.locator('button[value="pass"]').waitFor();
  return tab;
}

test("3-D Secure passed: back at the page, with the receipt", async () => {
  const made = await makeSession(platform);
  const tab = await challenge(made.url);
  await answerProvider(tab.page, "pass");
  await receipt(tab.page);
  assert.equal(new URL(tab.page.url()).search, "", "what the provider added is gone");
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

for (const [outcome, words] of [["fail", "Your bank could not confirm that it is you."], ["abandon", "The payment was not finished."]] as const) {
  test(`3-D Secure, ${outcome}: says so, and another card pays`, async () => {
    const made = await makeSession(platform);
    const tab = await challenge(made.url);
    await answerProvider(tab.page, outcome);
    await tab.page.getByText(words).waitFor();
    await payByCard(tab.page, "4242424242424242");
    await receipt(tab.page);
    await assertPaidOnce(platform, made.id);
    await tab.close();
  });
}

test("3-D Secure passed, and declined for lack of money after it", async () => {
  const tab = await challenge((await makeSession(platform)).url, "4000008400001629");
  await answerProvider(tab.page, "pass");
  await tab.page.getByText("There is not enough money on this card or account.").waitFor();
  await tab.close();
});

test("the back button in mid-challenge: the page waits to be told, goes on, and pays once", async () => {
  const made = await makeSession(platform);
  const tab = await challenge(made.url);
  const { page } = tab;
  await page.goBack();
  await page.getByRole("heading", { name: "Finish the check at your bank" }).waitFor();
  assert.equal(page.url(), made.url, "it does not go to the bank by itself");
  await page.reload();
  await page.getByRole("heading", { name: "Finish the check at your bank" }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.reload();
  await answerProvider(page, "pass");
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("a challenge is given up, and another way pays", async () => {
  const made = await makeSession(platform);
  const tab = await challenge(made.url);
  const { page } = tab;
  await page.goBack();
  await page.getByRole("button", { name: "Pay another way" }).click();
  await page.getByText("Nothing was charged. Try again, or choose another way to pay.").waitFor();
  await payByCard(page, "5555555555554444");
  await receipt(page);
  await page.getByText("Mastercard ••••\u00a04444").waitFor();
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("what is decided in another tab is seen without being asked for", async () => {
  const made = await makeSession(platform);
  const bank = await challenge(made.url);
  const other = await openCheckout(browser, made.url);
  await other.page.getByRole("heading", { name: "Finish the check at your bank" }).waitFor();
  await answerProvider(bank.page, "pass");
  await receipt(other.page);
  await receipt(bank.page);
  await other.close();
  await bank.close();
});

// ---- once, however often ----

test("a double click pays once", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  await fillCard(tab.page, "4000000000100125");
  await payButton(tab.page).dblclick();
  await receipt(tab.page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("two tabs that pay at once pay once, and both show the receipt", async () => {
  const made = await makeSession(platform);
  const tabs = await Promise.all([openCheckout(browser, made.url), openCheckout(browser, made.url)]);
  for (const { page } of tabs) await fillCard(page, "4242424242424242");
  await Promise.all(tabs.map(({ page }) => payButton(page).click()));
  await Promise.all(tabs.map(({ page }) => receipt(page)));
  await assertPaidOnce(platform, made.id);
  for (const tab of tabs) await tab.close();
});

test("an answer that is lost between server and page: asked, not sent again", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: lost });
  const { page } = tab;
  let sends = 0;
  await page.route(payCall, async (route) => {
    ++sends;
    await route.fetch();
    await route.abort();
  });
  await payByCard(page, "4242424242424242");
  await receipt(page);
  assert.equal(sends, 1);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("a request that never arrives is sent again under its own key", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: lost });
  const { page } = tab;
  const keys: string[] = [];
  await page.route(payCall, async (route) => {
    keys.push(route.request().headers()["idempotency-key"]!);
    if (keys.length === 1) await route.fulfill({ status: 503, body: "busy" });
    else await route.continue();
  });
  await payByCard(page, "4242424242424242");
  await receipt(page);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("a reload while paying finishes the attempt under its key", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: lost });
  const { page } = tab;
  const keys: string[] = [];
  await page.route(payCall, async (route) => {
    keys.push(route.request().headers()["idempotency-key"]!);
    // The first never gets anywhere: the shopper reloads before there is an answer.
    if (keys.length > 1) await route.continue();
  });
  await payByCard(page, "4242424242424242");
  await until("it was sent", () => keys.length === 1);
  await page.reload();
  await receipt(page);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("the provider's answer is lost: the page waits, and learns the truth", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  await payByCard(tab.page, "4000000000100216");
  await receipt(tab.page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("pending at the provider: the result appears by itself", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  await payByCard(tab.page, "4000000000100109");
  await receipt(tab.page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

// ---- no network ----

test("offline before paying: nothing is sent, nothing is lost, and it pays when the network is back", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: lost });
  const { page, context } = tab;
  await fillCard(page, "4242424242424242");
  await context.setOffline(true);
  await page.getByText("No connection. What you typed stays").waitFor();
  await payButton(page).click();
  await page.getByText("You are offline, so nothing was sent and nothing was charged.").waitFor();
  assert.equal((await session(platform, made.id)).paymentId ?? "", "");
  await context.setOffline(false);
  await page.getByText("No connection. What you typed stays").waitFor({ state: "hidden" });
  await payButton(page).click();
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("offline while paying: finds out first, then pays once", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: lost });
  const { page, context } = tab;
  const keys: string[] = [];
  await page.route(payCall, async (route) => {
    keys.push(route.request().headers()["idempotency-key"]!);
    if (keys.length > 1) return route.continue();
    await context.setOffline(true);
    await route.abort("internetdisconnected");
  });
  await payByCard(page, "4242424242424242");
  await page.getByText("We are finding out whether the payment went through").first().waitFor();
  await page.getByText("No connection. What you typed stays").waitFor();
  await context.setOffline(false);
  await receipt(page);
  assert.deepEqual([keys.length, new Set(keys).size], [2, 1]);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("a page that opens without a server says so, and opens by itself when there is one", async () => {
  const made = await makeSession(platform);
  const tab = await openTab(browser, { expected: lost });
  const { page } = tab;
  await page.route(readCall, (route) => route.abort());
  await page.goto(made.url);
  await page.getByRole("heading", { name: "The payment could not be opened", level: 1 }).waitFor();
  await page.unroute(readCall);
  await page.getByRole("button", { name: "Try again" }).click();
  await payButton(page).waitFor();
  await tab.close();
});

test("a vault that is away: the form can be loaded again, other ways stay", async () => {
  const made = await makeSession(platform);
  const tab = await openTab(browser, { expected: lost });
  const { page } = tab;
  await page.route(`${platform.endpoints.vault}/**`, (route) => route.abort());
  await page.clock.install();
  await page.goto(made.url);
  await payButton(page).waitFor();
  await page.clock.fastForward(16_000);
  await page.getByText("The card form could not be loaded.").waitFor();
  await page.unroute(`${platform.endpoints.vault}/**`);
  await page.clock.resume();
  await page.getByRole("button", { name: "Try again" }).click();
  await payByCard(page, "4242424242424242");
  await receipt(page);
  await tab.close();
});

// ---- other methods ----

for (const [name, token] of [["Wallet", "pass"], ["Buy now, pay later", "pass"]] as const) {
  test(`${name}: confirmed at the provider's page`, async () => {
    const made = await makeSession(platform);
    const tab = await openCheckout(browser, made.url, { size: "phone", touch: true });
    const { page } = tab;
    await page.getByRole("radio", { name }).check();
    await payButton(page).click();
    await answerProvider(page, token);
    await receipt(page);
    await page.locator("dl.facts").getByText(name, { exact: true }).waitFor();
    await assertPaidOnce(platform, made.id);
    await tab.close();
  });
}

test("a wallet that refuses, then another method", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  const { page } = tab;
  await page.getByRole("radio", { name: "Wallet" }).check();
  await payButton(page).click();
  await answerProvider(page, "fail");
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByRole("radio", { name: "Wallet" }).isChecked(), true, "what was tried last");
  await page.getByRole("radio", { name: "Card" }).check();
  await payByCard(page, "4242424242424242");
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

// The tester's page in a new tab, which must not be able to reach this one.
async function playShopper(page: Page, outcome: "pass" | "fail"): Promise<void> {
  const [other] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "Test: play the shopper" }).click()]);
  await other.waitForLoadState();
  assert.equal(await other.evaluate(() => window.opener), null);
  await answerProvider(other, outcome);
  await other.close();
}

const payRupees = (page: Page) => page.getByRole("button", { name: /^Pay .*48\.90/ });

test("UPI on a desktop: a code, and the result by itself", async () => {
  const made = await makeSession(platform, { currency: "INR" });
  const tab = await openCheckout(browser, made.url);
  const { page } = tab;
  await page.getByRole("radio", { name: "UPI" }).check();
  await payRupees(page).click();
  await page.getByRole("img", { name: "QR code of this payment" }).waitFor();
  await playShopper(page, "pass");
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("UPI on a phone: opens the app; declined there, and tried again", async () => {
  const made = await makeSession(platform, { currency: "INR" });
  const tab = await openCheckout(browser, made.url, { size: "phone", touch: true });
  const { page } = tab;
  await page.getByRole("radio", { name: "UPI" }).check();
  await payRupees(page).click();
  assert.match((await page.getByRole("link", { name: "Open your payment app" }).getAttribute("href"))!, /^upi:\/\/pay\?.*am=48\.90/);
  await playShopper(page, "fail");
  await page.getByText("The payment was not finished.").waitFor();
  assert.equal(await page.getByRole("radio", { name: "UPI" }).isChecked(), true);
  await payRupees(page).click();
  await page.getByRole("link", { name: "Open your payment app" }).waitFor();
  await playShopper(page, "pass");
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

test("a bank transfer: account and reference to copy, the page may be closed, the receipt is there later", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  const { page } = tab;
  await page.getByRole("radio", { name: "Bank transfer" }).check();
  await payButton(page).click();
  await page.getByRole("heading", { name: "Send the money from your bank" }).waitFor();
  await page.getByText("You may close this page.").waitFor();
  const reference = await page.locator("dl.copy dd bdi").first().innerText();
  await page.getByRole("button", { name: "Copy: Reference" }).click();
  await page.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), reference);
  await page.getByRole("button", { name: "Copy: Amount" }).click();
  await until("the amount is copied as a form takes it", async () => (await page.evaluate(() => navigator.clipboard.readText())) === "48.90");
  await playShopper(page, "pass");
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
  const later = await openCheckout(browser, made.url);
  await receipt(later.page);
  await later.close();
});

test("a bank transfer is left for a card", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url);
  const { page } = tab;
  await page.getByRole("radio", { name: "Bank transfer" }).check();
  await payButton(page).click();
  await page.getByRole("button", { name: "Pay another way" }).click();
  await page.getByRole("radio", { name: "Card" }).check();
  await payByCard(page, "4242424242424242");
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});

// ---- links, and what is closed ----

test("a reusable link makes a purchase for each shopper, and survives a reload", async () => {
  const link = await makeLink(platform, "REUSABLE");
  const first = await openCheckout(browser, link.url);
  const second = await openCheckout(browser, link.url);
  const addresses = [first, second].map(({ page }) => page.url());
  assert.ok(addresses.every((url) => /\/checkout\/#s_[a-z0-9]+$/.test(url)), "the session's secret has taken the link's place");
  assert.notEqual(addresses[0], addresses[1]);
  await first.page.reload();
  await payByCard(first.page, "4242424242424242");
  await receipt(first.page);
  await payByCard(second.page, "4242424242424242");
  await receipt(second.page);
  await first.page.goto("about:blank");
  await first.page.goto(link.url);
  await payButton(first.page).waitFor();
  await first.close();
  await second.close();
});

test("a link for single use is one purchase, and closed when it is paid", async () => {
  const link = await makeLink(platform, "SINGLE");
  const closed = { expected: [/status of 400.*OpenPaymentLink/] };
  const first = await openCheckout(browser, link.url, closed);
  const second = await openCheckout(browser, link.url);
  assert.equal(first.page.url(), second.page.url());
  await payByCard(first.page, "4242424242424242");
  await receipt(first.page);
  await second.page.reload();
  await receipt(second.page);
  await first.page.goto("about:blank");
  await first.page.goto(link.url);
  await receipt(first.page);
  const stranger = await openCheckout(browser, link.url, closed);
  await stranger.page.getByRole("heading", { name: "This payment link is closed", level: 1 }).waitFor();
  for (const tab of [first, second, stranger]) await tab.close();
});

test("a session that the merchant withdraws under the shopper's hands", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: [/status of 400|status of 412/] });
  const { page } = tab;
  await fillCard(page, "4242424242424242");
  await platform.call("checkout.v1.CheckoutService/CancelCheckoutSession", { sessionId: made.id });
  await payButton(page).click();
  await page.getByRole("heading", { name: "The shop has withdrawn this payment", level: 1 }).waitFor();
  assert.equal(await shopLink(page), "http://127.0.0.1:9/shop/cart");
  assert.equal((await charges(platform, made.id)).length, 0);
  await tab.close();
});

test("an address that leads nowhere says what to do", async () => {
  const tab = await openCheckout(browser, `${platform.endpoints.api}/checkout/`, { expected: [/status of 404/] });
  await tab.page.getByText("The address is not complete.").waitFor();
  await tab.page.goto(`${platform.endpoints.api}/checkout/#s_00000000000000000000000000000000`);
  await tab.page.getByText("Check that you have the whole link").waitFor();
  await tab.close();
});

test("a fault names its reference", async () => {
  const made = await makeSession(platform);
  const tab = await openCheckout(browser, made.url, { expected: lost });
  const { page } = tab;
  const detail = Buffer.from("3a20346266393266333537376233346461366133636539323964306530653437333600", "hex").subarray(0, 34).toString("base64");
  const body = JSON.stringify({ code: "internal", message: "boom", details: [{ type: "florin.common.v1.ErrorDetail", value: detail }] });
  await page.route(payCall, (route) => route.fulfill({ status: 500, contentType: "application/json", body }));
  await payByCard(page, "4242424242424242");
  await page.getByText("Reference: 4bf92f3577b34da6a3ce929d0e0e4736").waitFor();
  await page.unroute(payCall);
  await payButton(page).click();
  await receipt(page);
  await assertPaidOnce(platform, made.id);
  await tab.close();
});
