// Lighthouse over the hosted checkout, as a phone on a slow network has it.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import lighthouse from "lighthouse";
import type { Browser } from "playwright-core";
import { openBrowser } from "./lib/browser.ts";
import { makeSession } from "./lib/checkout.ts";
import { Platform } from "./lib/platform.ts";

const least = 0.95;
// Performance is measured by the clock of a machine that may be busy with other things: the best of a few counts.
const mostRuns = 5;
// Lighthouse plays a phone by being four times slower than a desktop of this benchmark index; on a slower or busier machine it
// must slow down less to be the same phone.
const desktopIndex = 1500;
const phoneSlowdown = 4;
// Below this the machine itself is slower than that phone: its clock says nothing about the page.
const leastIndex = desktopIndex / phoneSlowdown;
const categories = ["performance", "accessibility", "best-practices"];

let platform: Platform;
let browser: Browser;
let port: number;

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: found } = server.address() as { port: number };
      server.close(() => resolve(found));
    });
  });

before(async () => {
  platform = await Platform.start("checkout-speed");
  port = await freePort();
  browser = await openBrowser([`--remote-debugging-port=${port}`]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

async function measure(url: string, cpuSlowdownMultiplier: number) {
  const throttling = { cpuSlowdownMultiplier };
  const result = await lighthouse(url, { port, onlyCategories: categories, output: "json", logLevel: "error", throttling });
  const { lhr } = result!;
  const scores = Object.fromEntries(categories.map((name) => [name, lhr.categories[name]?.score ?? 0]));
  const lacking = Object.values(lhr.audits)
    .filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && scoreDisplayMode !== "informative")
    .map(({ id, displayValue, title }) => `${id}: ${displayValue ?? title}`);
  return { scores, lacking, paintMs: lhr.audits["largest-contentful-paint"]?.numericValue ?? Infinity, index: lhr.environment.benchmarkIndex };
}

test("at least 95 of 100 for performance, accessibility and best practices", async (context) => {
  const { url } = await makeSession(platform);
  let best: Awaited<ReturnType<typeof measure>> | undefined;
  let slowdown = phoneSlowdown;
  for (let run = 0; run < mostRuns; ++run) {
    const now = await measure(url, slowdown);
    slowdown = Math.min(phoneSlowdown, Math.max(1, (phoneSlowdown * now.index) / desktopIndex));
    context.diagnostic(`${JSON.stringify(now.scores)}, largest paint ${Math.round(now.paintMs)} ms, benchmark index ${Math.round(now.index)}; ${now.lacking.join("; ")}`);
    if (!best || now.scores.performance! > best.scores.performance!) best = now;
    if (categories.every((name) => best!.scores[name]! >= least)) break;
  }
  const judged = best!.index < leastIndex ? categories.slice(1) : categories;
  if (judged !== categories) context.diagnostic("NOT JUDGED: performance, for this machine is too slow or too busy to tell");
  for (const name of judged) assert.ok(best!.scores[name]! >= least, `${name}: ${best!.scores[name]}; ${best!.lacking.join("; ")}`);
});
