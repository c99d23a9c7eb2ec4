// What happens to people: sessions end under them, servers stop under them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { openBrowser, openTab, operator, redeem, signIn } from "./lib/browser.ts";
import { Platform } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
before(async () => {
  platform = await Platform.start("trouble");
  browser = await openBrowser();
  const first = await openTab(browser);
  await redeem(first.page, platform);
  await first.close();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const down = [/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET/, /status of 401/, /status of 503/];

test("a session that ends keeps the draft: sign in over the page, then send it", async () => {
  const { page, context, close } = await openTab(browser, { expected: down });
  await signIn(page, platform);
  const paid = await platform.pay(2000);
  await page.goto(`${platform.console}#/payments/${paid.id}`);
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Amount").fill("7.25");
  await page.getByRole("dialog").getByLabel(/Reason/).fill("A long story, typed with care");
  await context.clearCookies();
  await page.getByRole("dialog").getByRole("button", { name: "Refund" }).click();
  const door = page.getByRole("dialog", { name: "Your session has ended" });
  await door.getByLabel("Password").fill(operator.password);
  await door.getByRole("button", { name: "Sign in" }).click();
  await door.waitFor({ state: "detached" });
  const refund = page.getByRole("dialog", { name: "Refund" });
  assert.equal(await refund.getByLabel("Amount").inputValue(), "7.25");
  assert.equal(await refund.getByLabel(/Reason/).inputValue(), "A long story, typed with care");
  await refund.getByRole("button", { name: "Refund" }).click();
  await page.getByText(/Refunded 7\.25.USD\./).waitFor();
  assert.equal((await platform.payment(paid.id)).refundedMinor, "725");
  await close();
});

test("a server that goes leaves what was read, says so, and is noticed when it is back", async () => {
  const { page, close } = await openTab(browser, { expected: down });
  await signIn(page, platform);
  await platform.pay(4200, { reference: "kept-on-screen" });
  await page.goto(`${platform.console}#/payments`);
  await page.getByText("kept-on-screen").waitFor();
  await platform.kill();
  await page.getByRole("button", { name: "Read again" }).click();
  await page.getByText("The server does not answer.").waitFor();
  assert.equal(await page.getByText("kept-on-screen").count(), 1);
  await platform.begin();
  await page.getByText("The server does not answer.").waitFor({ state: "detached" });
  assert.equal(await page.getByText("kept-on-screen").count(), 1);
  await close();
});

test("a refund whose answer was lost is sent again under its key, and happens once", async () => {
  const { page, close } = await openTab(browser, { expected: [...down, /ERR_FAILED/] });
  await signIn(page, platform);
  const paid = await platform.pay(3000);
  await page.goto(`${platform.console}#/payments/${paid.id}`);
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  const refund = page.getByRole("dialog", { name: "Refund" });
  await refund.getByLabel("Amount").fill("10.00");
  // The request arrives and is carried out; its answer never comes.
  let lost = 0;
  await page.route("**/RefundPayment", async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await refund.getByRole("button", { name: "Refund" }).click();
  await refund.getByText("It is not known whether this took effect.").waitFor();
  await refund.getByRole("button", { name: "Send again" }).click();
  await refund.waitFor({ state: "detached" });
  const now = await platform.payment(paid.id);
  assert.equal(now.refundedMinor, "1000");
  assert.equal(now.operations?.length, 1);
  await close();
});
