// Finding a payment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { openBrowser, openTab, redeem, settle, signIn, type Tab } from "./lib/browser.ts";
import { Platform } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
let tab: Tab;
before(async () => {
  platform = await Platform.start("payments");
  browser = await openBrowser();
  for (let at = 0; at < 60; ++at) await platform.pay(1000 + at, { reference: `order-${at}` });
  await platform.pay(500, { reference: "declined-1", paymentMethod: { token: "tok_decline_expired_card" } });
  await platform.pay(700, { reference: "euro-1", amount: { currency: "EUR", minor: "700" }, captureMethod: "CAPTURE_METHOD_MANUAL" });
  const first = await openTab(browser);
  await redeem(first.page, platform);
  await first.close();
  tab = await openTab(browser, { expected: [/status of 401/] });
  await signIn(tab.page, platform);
});
after(async () => {
  await tab?.close();
  await browser?.close();
  await platform?.stop();
});

const rows = () => tab.page.locator("tbody tr");

test("filters stand in the address, show as chips, and come off one by one", async () => {
  const { page } = tab;
  await page.goto(`${platform.console}#/payments`);
  await page.getByRole("button", { name: "Filters", exact: true }).click();
  await page.getByLabel("Status").selectOption("requires_capture");
  await page.getByLabel("Currency").fill("EUR");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("euro-1").waitFor();
  assert.match(page.url(), /status=requires_capture/);
  assert.match(page.url(), /currency=EUR/);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  await page.reload();
  await page.getByText("euro-1").waitFor();
  assert.equal(await rows().count(), 1, "a reload keeps the filters");
  await page.getByRole("button", { name: "Remove filter: Currency is EUR" }).click();
  await page.waitForURL((url) => !url.href.includes("currency"));
  assert.match(page.url(), /status=requires_capture/);
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 50);
});

test("a reference finds its one payment, and nothing says what to do", async () => {
  const { page } = tab;
  await page.goto(`${platform.console}#/payments`);
  await page.locator("tbody tr").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("order-17");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  assert.match(await rows().first().innerText(), /10\.17/);
  await page.getByLabel("Your reference").fill("no-such-order");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No payment matches" }).waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.locator("tbody tr").first().waitFor();
});

test("pages go on and back, with the position shown and kept in the address", async () => {
  const { page } = tab;
  await page.goto(`${platform.console}#/payments`);
  await page.getByText("1–50 payments").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.getByText("51–62 of 62 payments").waitFor();
  assert.equal(await rows().count(), 12);
  await page.reload();
  await page.getByText("51–62 of 62 payments").waitFor();
  await page.getByRole("button", { name: "Previous page" }).click();
  await page.getByText("1–50 payments").waitFor();
  await page.goBack();
  await page.getByText("51–62 of 62 payments").waitFor();
});

test("j, k and Enter walk the list, and Back comes back to the filters", async () => {
  const { page } = tab;
  await page.goto(`${platform.console}#/payments?status=succeeded`);
  await page.locator("tbody tr").first().waitFor();
  await settle(page);
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  const second = await rows().nth(1).locator("a").getAttribute("href");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), second);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.goBack();
  await page.locator("tbody tr").first().waitFor();
  assert.match(page.url(), /status=succeeded/);
});

test("a declined payment says why in the list, and the palette finds an id", async () => {
  const { page } = tab;
  await page.goto(`${platform.console}#/payments?reference=declined-1`);
  await page.getByText("Expired card").waitFor();
  const { payments } = await platform.call<{ payments: { id: string }[] }>("payments.v1.PaymentService/ListPayments", { reference: "euro-1" });
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search" }).fill(payments[0]!.id);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /7\.00/ }).waitFor();
});

test("a payment that is not there says so", async () => {
  const absent = await openTab(browser, { expected: [/status of 40[14]/] });
  await signIn(absent.page, platform);
  await absent.page.goto(`${platform.console}#/payments/pay_0000000000zzz0000000`);
  await absent.page.getByRole("heading", { name: "There is no such payment" }).waitFor();
  await absent.close();
});
