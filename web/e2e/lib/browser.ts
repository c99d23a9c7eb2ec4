// Chromium, and pages that notice every error of the console and every violation of the policy.
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { patienceMs, type Platform } from "./platform.ts";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function openBrowser(more: string[] = []): Promise<Browser> {
  const executablePath = candidates.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("there is no Chromium: ./dev setup test brings it, or set CHROMIUM");
  // In a container or as root there is no sandbox to be had; the pages are our own.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", ...more] });
}

export const sizes = {
  desktop: { width: 1360, height: 860 },
  phone: { width: 390, height: 844 },
  narrow: { width: 360, height: 740 },
  // The narrowest that WCAG asks for: also a desktop at 400 % zoom.
  least: { width: 320, height: 640 },
  wide: { width: 1920, height: 1080 },
};

export interface Look {
  size?: keyof typeof sizes;
  scheme?: "light" | "dark";
  // A finger, not a mouse.
  touch?: boolean;
  // Of the browser: "en-GB".
  locale?: string;
  // What this test provokes: an expected refusal is an "error" on Chromium's console.
  expected?: RegExp[];
}

export interface Tab {
  page: Page;
  context: BrowserContext;
  faults: string[];
  close: () => Promise<void>;
}

// "Who is signed in?" is answered with 401 while nobody is, and Chromium notes every such answer as an error.
const always = [/status of 401.*GetCurrentOperator/];

// Closing it asserts that nothing went wrong that was not expected.
export async function openTab(browser: Browser, look: Look = {}): Promise<Tab> {
  const context = await browser.newContext({
    viewport: sizes[look.size ?? "desktop"],
    colorScheme: look.scheme ?? "light",
    reducedMotion: "reduce",
    locale: look.locale ?? "en-GB",
    hasTouch: look.touch ?? false,
    isMobile: look.touch ?? false,
    timezoneId: "UTC",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const faults: string[] = [];
  const note = (fault: string) => {
    if (![...always, ...(look.expected ?? [])].some((form) => form.test(fault))) faults.push(fault);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy|\[Vue warn\]/.test(message.text())) note(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
  const close = async () => {
    await context.close();
    assert.deepEqual(faults, []);
  };
  return { page, context, faults, close };
}

export const operator = { email: "ada@example.com", name: "Ada Byron", password: "correct horse battery" };

// The owner's account by the link of the first start; the tab is signed in afterwards.
export async function redeem(page: Page, platform: Platform): Promise<void> {
  await page.goto(platform.endpoints.console_sign_in);
  await page.getByLabel("E-mail").fill(operator.email);
  await page.getByLabel("Your name").fill(operator.name);
  await page.getByLabel("New password").fill(operator.password);
  await page.getByLabel("The same again").fill(operator.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

// Another person, invited by the operator of a tab that is signed in; `page` is theirs and signed in afterwards.
export async function invite(by: Page, page: Page, platform: Platform, person: { email: string; name: string; role: string }): Promise<void> {
  await by.goto(`${platform.console}#/operators`);
  await by.getByRole("button", { name: "Invite" }).click();
  await by.getByLabel("E-mail").fill(person.email);
  await by.getByRole("dialog").getByLabel("Role").selectOption({ label: person.role });
  await by.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  const link = await by.getByRole("button", { name: /^Copy link/ }).locator("code").innerText();
  await by.getByRole("button", { name: "I have handed it on" }).click();
  await page.goto(link.trim());
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("New password").fill(operator.password);
  await page.getByLabel("The same again").fill(operator.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

export async function signIn(page: Page, platform: Platform): Promise<void> {
  await page.goto(platform.console);
  await page.getByLabel("E-mail").fill(operator.email);
  await page.getByLabel("Password").fill(operator.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
}

// Waits until nothing that the page shows is on its way.
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector(".fl-loading, .dim, [aria-busy]"));
  await page.evaluate(() => document.fonts.ready);
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

// WCAG 2.0 to 2.2, A and AA. Evaluated in the page's own realm by the debugger, so the policy stays as it is. Frames of other
// origins are tested for themselves.
export async function axe(page: Page): Promise<string[]> {
  const { readFileSync } = await import("node:fs");
  await page.evaluate(readFileSync(axePath, "utf8"));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
    const { violations } = await axe.run(document, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`);
  });
}

const shots = process.env.FLORIN_SHOTS ?? join(process.env.FLORIN_OUT ?? "/tmp", "shots");

export async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), animations: "disabled", fullPage });
}
