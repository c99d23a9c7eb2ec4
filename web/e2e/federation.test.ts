// The ledger explorer as a remote: in the console, which Vite built, and in a host of another team, which Webpack built.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import webpack from "webpack";
import { openBrowser, openTab, redeem, settle, shoot, signIn } from "./lib/browser.ts";
import { Platform } from "./lib/platform.ts";
import { configure } from "./webpack-host/webpack.config.mjs";

let platform: Platform;
let browser: Browser;
let other: Server;
let otherOrigin = "";

before(async () => {
  platform = await Platform.start("federation");
  browser = await openBrowser();
  const paid = await platform.pay(12_500);
  await platform.call("payments.v1.PaymentService/RefundPayment", { paymentId: paid.id, amount: { currency: "USD", minor: "2500" } });
  const first = await openTab(browser);
  await redeem(first.page, platform);
  await first.close();
});
after(async () => {
  other?.close();
  await browser?.close();
  await platform?.stop();
});

// From the accounts to a statement, a ledger transaction and the trial balance, all of it the remote's.
async function walk(page: Page): Promise<void> {
  await page.getByRole("link", { name: "payable" }).click();
  await page.getByRole("heading", { name: "Statement" }).waitFor();
  await page.getByRole("cell", { name: "100.00", exact: true }).first().waitFor();
  await page.locator("tbody tr a").first().click();
  await page.getByText("USD balances").waitFor();
  await page.goBack();
  await page.goBack();
  await page.getByRole("link", { name: "Trial balance" }).click();
  await page.getByText("Balances", { exact: true }).waitFor();
}

test("in the console: loads, walks, and uses the console's own query cache", async () => {
  const { page, close } = await openTab(browser, { expected: [/status of 401/] });
  await signIn(page, platform);
  await page.getByRole("link", { name: "Ledger", exact: true }).click();
  await page.getByRole("heading", { name: "USD/2" }).waitFor();
  await walk(page);
  // The trial balance was read for the overview already: within its freshness it is not asked for again.
  const asked: string[] = [];
  page.on("request", (made) => asked.push(made.url()));
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { name: "Balances" }).waitFor();
  await settle(page);
  assert.equal(asked.filter((url) => url.includes("GetTrialBalance")).length, 0);
  await close();
});

test("in the console: while the remote is away the rest works, and a reload brings it", async () => {
  const { page, close } = await openTab(browser, { expected: [/status of 40[14]/, /status of 503/, /remoteEntry|Failed to fetch dynamically imported|RUNTIME-00/] });
  await signIn(page, platform);
  await page.route("**/remotes/ledger/**", (route) => route.fulfill({ status: 503 }));
  await page.getByRole("link", { name: "Ledger", exact: true }).click();
  await page.getByText("The ledger explorer is not there.").waitFor();
  await shoot(page, "remote-away-desktop-light");
  await page.getByRole("link", { name: "Payments", exact: true }).click();
  await page.locator("tbody tr").first().waitFor();
  await page.unroute("**/remotes/ledger/**");
  await page.getByRole("link", { name: "Ledger", exact: true }).click();
  await page.getByRole("button", { name: "Reload the page" }).click();
  await page.getByRole("heading", { name: "USD/2" }).waitFor();
  await close();
});

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'";
const types: Record<string, string> = { ".js": "text/javascript", ".css": "text/css" };

// Serves the Webpack host below /other-host/ and hands everything else on, so that both stand at one origin.
async function serveOtherHost(folder: string): Promise<string> {
  const html = `<!doctype html><title>Other host</title><body data-tenant="${platform.endpoints.tenant_id}"><div id="app"></div><script src="/other-host/main.js"></script>`;
  other = createServer((asked, answer) => {
    const path = asked.url!.split("?")[0]!;
    if (path === "/other-host/") return answer.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(html);
    if (path === "/favicon.ico") return answer.writeHead(204).end();
    if (path.startsWith("/other-host/")) return answer.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain" }).end(readFileSync(join(folder, path.slice("/other-host/".length))));
    const onward = request(platform.endpoints.api + asked.url!, { method: asked.method, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode!, got.headers);
      got.pipe(answer);
    });
    asked.pipe(onward);
  });
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  const address = other.address();
  return typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
}

test("in a Webpack host of another team, under a strict policy", async () => {
  const folder = mkdtempSync(join(process.env.FLORIN_OUT ?? tmpdir(), "webpack-host-"));
  await new Promise<void>((built, failed) => {
    webpack(configure(folder) as webpack.Configuration, (error, stats) => (error || stats?.hasErrors() ? failed(error ?? new Error(stats?.toString({ all: false, errors: true }))) : built()));
  });
  otherOrigin = await serveOtherHost(folder);
  const { page, close } = await openTab(browser);
  await signIn(page, platform);
  await page.goto(`${otherOrigin}/other-host/`);
  await page.getByText("Another team's host").waitFor();
  await page.getByRole("heading", { name: "USD/2" }).waitFor();
  // Its own style sheet came along: rows have their hairlines, amounts stand at the end.
  const cell = page.locator("td.end").first();
  assert.equal(await cell.evaluate((one) => getComputedStyle(one).textAlign), "end");
  assert.equal(await page.locator(".florin-ledger .grid").first().evaluate((one) => getComputedStyle(one).display), "grid");
  await walk(page);
  const keys = await page.evaluate(() => (window as unknown as { hostQueries: { getQueryCache: () => { getAll: () => { queryKey: unknown[] }[] } } }).hostQueries.getQueryCache().getAll().map(({ queryKey }) => queryKey[2]));
  assert.ok(keys.includes("ledger"), "the remote reads through the host's query client");
  await shoot(page, "webpack-host");
  await close();
});
