// Working on a payment: capture, cancel, refund, and two who do it at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { invite, openBrowser, openTab, operator, redeem, settle, shoot, signIn } from "./lib/browser.ts";
import { Platform, until } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
before(async () => {
  platform = await Platform.start("payment");
  browser = await openBrowser();
  const first = await openTab(browser);
  await redeem(first.page, platform);
  await first.close();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const expected = [/status of 401/, /status of 400/, /status of 412/];

async function open(page: Page, id: string): Promise<void> {
  await page.goto(`${platform.console}#/payments/${id}`);
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
}

const dialog = (page: Page) => page.getByRole("dialog");
const timeline = (page: Page) => page.locator(".timeline");

test("captures a part, tells the limit, and shows the operator in the timeline", async () => {
  const tab = await openTab(browser, { expected });
  const { page } = tab;
  await signIn(page, platform);
  const authorized = await platform.pay(2000, { captureMethod: "CAPTURE_METHOD_MANUAL" });
  await open(page, authorized.id);
  await page.getByRole("button", { name: "Capture", exact: true }).click();
  assert.equal(await dialog(page).getByLabel("Amount").inputValue(), "20.00");
  await dialog(page).getByLabel("Amount").fill("20.01");
  await dialog(page).getByText(/At most 20\.00.USD is left\./).waitFor();
  await dialog(page).getByLabel("Amount").fill("15.00");
  await dialog(page).getByText(/5\.00.USD/).first().waitFor();
  await dialog(page).getByRole("button", { name: "Capture" }).click();
  await page.getByText(/Captured 15\.00.USD\./).waitFor();
  await timeline(page).getByText("Capture of 15.00 USD done").waitFor();
  await timeline(page).getByText(operator.name).first().waitFor();
  const now = await platform.payment(authorized.id);
  assert.deepEqual([now.capturedMinor, now.authorizedMinor], ["1500", "2000"]);
  await tab.close();
});

test("the ledger beside it balances to the cent", async () => {
  const tab = await openTab(browser, { expected });
  const { page } = tab;
  await signIn(page, platform);
  const paid = await platform.pay(9999);
  await platform.call("payments.v1.PaymentService/RefundPayment", { paymentId: paid.id, amount: { currency: "USD", minor: "3333" } });
  await open(page, paid.id);
  await page.getByText("USD balances").waitFor();
  assert.equal(await page.locator(".fl-balance.broken").count(), 0);
  const totals = await page.locator(".fl-balance .total").allInnerTexts();
  assert.deepEqual(
    totals.map((text) => text.replace(/\s+/g, " ")),
    ["Debits 133.32 USD", "Credits 133.32 USD"],
  );
  await page.getByRole("link", { name: paid.ledgerTransactionId }).click();
  await page.getByRole("heading", { name: /Ledger transaction/, level: 1 }).waitFor();
  await page.getByText("USD balances").waitFor();
  await tab.close();
});

test("refunds in part with a reason, then says what is left and why no more", async () => {
  const tab = await openTab(browser, { expected });
  const { page } = tab;
  await signIn(page, platform);
  const paid = await platform.pay(2000);
  await open(page, paid.id);
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  await dialog(page).getByLabel("Amount").fill("5");
  await dialog(page).getByLabel(/Reason/).fill("Damaged in transit");
  await dialog(page).getByRole("button", { name: "Refund" }).click();
  await page.getByText(/Refunded 5\.00.USD\./).waitFor();
  await page.getByText("“Damaged in transit”").waitFor();
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  assert.equal(await dialog(page).getByLabel("Amount").inputValue(), "15.00");
  await dialog(page).getByRole("button", { name: "Refund" }).click();
  await page.getByText(/Refunded 15\.00.USD\./).waitFor();
  const refund = page.getByRole("button", { name: /^Refund/ });
  await until("the refund is unavailable", async () => (await refund.getAttribute("aria-disabled")) === "true");
  assert.match(await refund.innerText(), /All that was captured has been given back/);
  await tab.close();
});

test("cancels what is authorized", async () => {
  const tab = await openTab(browser, { expected });
  const { page } = tab;
  await signIn(page, platform);
  const authorized = await platform.pay(2000, { captureMethod: "CAPTURE_METHOD_MANUAL" });
  await open(page, authorized.id);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await dialog(page).getByLabel(/Reason/).fill("Out of stock");
  await dialog(page).getByRole("button", { name: "Cancel payment" }).click();
  await timeline(page).getByText("Payment canceled: Out of stock").waitFor();
  assert.equal((await platform.payment(authorized.id)).status, "PAYMENT_STATUS_CANCELED");
  await tab.close();
});

test("a double click refunds once", async () => {
  const tab = await openTab(browser, { expected });
  const { page } = tab;
  await signIn(page, platform);
  const paid = await platform.pay(2000);
  await open(page, paid.id);
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  await dialog(page).getByLabel("Amount").fill("5.00");
  await dialog(page).getByRole("button", { name: "Refund" }).dblclick();
  await page.getByText(/Refunded 5\.00.USD\./).waitFor();
  await settle(page);
  assert.equal((await platform.payment(paid.id)).operations?.length, 1);
  await tab.close();
});

// What the provider's own books say was given back.
async function refundedAtProvider(id: string): Promise<number[]> {
  const { sandbox_psp, sandbox_psp_key } = platform.endpoints;
  const answer = await fetch(`${sandbox_psp}/v1/payments?reference=${id}`, { headers: { authorization: `Bearer ${sandbox_psp_key}` } });
  const { data } = (await answer.json()) as { data: { refunded: number }[] };
  return data.map(({ refunded }) => refunded);
}

test("two operators refund the whole of a payment at once: one is done, the other learns that nothing is left", async () => {
  const ada = await openTab(browser, { expected });
  const grace = await openTab(browser, { expected });
  await signIn(ada.page, platform);
  await invite(ada.page, grace.page, platform, { email: "grace@example.com", name: "Grace Hopper", role: "Finance" });
  const paid = await platform.pay(2000);
  for (const { page } of [ada, grace]) {
    await open(page, paid.id);
    await page.getByRole("button", { name: "Refund", exact: true }).click();
    await dialog(page).getByLabel("Amount").fill("20.00");
  }
  await Promise.all([ada, grace].map(({ page }) => dialog(page).getByRole("button", { name: "Refund" }).click()));
  const outcome = ({ page }: typeof ada) =>
    Promise.race([
      page.getByText(/Refunded 20\.00.USD\./).waitFor().then(() => "done"),
      dialog(page).getByText("Not possible now").waitFor().then(() => "refused"),
    ]);
  const outcomes = await Promise.all([outcome(ada), outcome(grace)]);
  assert.deepEqual([...outcomes].sort(), ["done", "refused"]);
  const slower = outcomes[0] === "refused" ? ada : grace;
  await dialog(slower.page).getByText(/^Can be refunded\s*0\.00.USD/).waitFor();
  await dialog(slower.page).getByText("All that was captured has been given back.").first().waitFor();
  await shoot(slower.page, "dialog-refund-too-late");
  const now = await platform.payment(paid.id);
  assert.equal(now.refundedMinor, "2000");
  assert.equal(now.operations?.length, 1);
  assert.deepEqual(await refundedAtProvider(paid.id), [2000]);
  await ada.close();
  await grace.close();
});

test("the audit has what was before and after", async () => {
  const tab = await openTab(browser, { expected });
  const { page } = tab;
  await signIn(page, platform);
  const paid = await platform.pay(2000);
  await open(page, paid.id);
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  await dialog(page).getByLabel("Amount").fill("2.50");
  await dialog(page).getByRole("button", { name: "Refund" }).click();
  await timeline(page).getByText("Refund of 2.50 USD done").waitFor();
  await timeline(page).getByRole("link", { name: "Before and after" }).first().click();
  await page.getByRole("heading", { name: "Audit", level: 1 }).waitFor();
  await page.getByRole("region", { name: "What changed" }).waitFor();
  await page.getByText(operator.name).nth(1).waitFor();
  await tab.close();
});
