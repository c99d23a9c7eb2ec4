// Coming in and going out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { invite, openBrowser, openTab, operator, redeem, signIn } from "./lib/browser.ts";
import { Platform } from "./lib/platform.ts";

let platform: Platform;
let browser: Browser;
before(async () => {
  platform = await Platform.start("door");
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

// Not signed in is an answer of 401, which Chromium notes.
const refused = [/status of 40[0-9]/, /status of 429/];

test("the one-time link makes the owner, who stays signed in over a reload", async () => {
  const { page, close } = await openTab(browser, { expected: refused });
  await redeem(page, platform);
  await page.reload();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
  assert.equal(await page.getByText(operator.name).count(), 1);
  await close();
});

test("the link works once", async () => {
  const { page, close } = await openTab(browser, { expected: refused });
  await page.goto(platform.endpoints.console_sign_in);
  await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
  await close();
});

test("a short or mistyped password is told before anything is sent", async () => {
  const { page, close } = await openTab(browser, { expected: refused });
  await page.goto(`${platform.console}#/`);
  await page.getByRole("heading", { name: "Sign in to Florin" }).waitFor();
  await page.getByLabel("E-mail").fill(operator.email);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  const told = page.getByRole("alert");
  await told.waitFor();
  const wrong = await told.innerText();
  await page.getByLabel("E-mail").fill("nobody@example.com");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForFunction(() => (document.querySelector<HTMLInputElement>("input[type=password]")?.value ?? "x") === "");
  assert.equal(await told.innerText(), wrong, "an unknown address is answered like a wrong password");
  await close();
});

test("signing out ends it, and the page asked for comes after signing in", async () => {
  const { page, context, close } = await openTab(browser, { expected: refused });
  await signIn(page, platform);
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
  await page.getByRole("button", { name: operator.name }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Florin" }).waitFor();
  await page.goto(`${platform.console}#/keys`);
  await page.getByLabel("E-mail").fill(operator.email);
  await page.getByLabel("Password").fill(operator.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "API keys", level: 1 }).waitFor();
  await close();
});

test("signing out everywhere ends the other browser too", async () => {
  const here = await openTab(browser, { expected: refused });
  const there = await openTab(browser, { expected: refused });
  await signIn(here.page, platform);
  await signIn(there.page, platform);
  await here.page.goto(`${platform.console}#/account`);
  await here.page.getByRole("button", { name: "Sign out everywhere" }).click();
  await here.page.getByRole("heading", { name: "Sign in to Florin" }).waitFor();
  await there.page.getByRole("link", { name: "Payments", exact: true }).click();
  await there.page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
  await here.close();
  await there.close();
});

test("an invited viewer reads and is told why they may not refund", async () => {
  const owner = await openTab(browser, { expected: refused });
  await signIn(owner.page, platform);
  const paid = await platform.pay(2000);
  const viewer = await openTab(browser, { expected: refused });
  await invite(owner.page, viewer.page, platform, { email: "grace@example.com", name: "Grace Hopper", role: "Viewer" });
  await owner.page.getByText("grace@example.com").waitFor();
  await viewer.page.goto(`${platform.console}#/payments/${paid.id}`);
  const refund = viewer.page.getByRole("button", { name: /^Refund/ });
  await refund.waitFor();
  assert.equal(await refund.getAttribute("aria-disabled"), "true");
  assert.match(await refund.innerText(), /lacks the permission refunds\.write/);
  assert.equal(await viewer.page.getByRole("link", { name: "System health" }).count(), 0);
  await viewer.close();
  await owner.close();
});
