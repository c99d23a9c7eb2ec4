// What a merchant makes and a shopper does, for the journeys through the hosted page.
import assert from "node:assert/strict";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { openTab, type Look, type Tab } from "./browser.ts";
import { until, type Payment, type Platform } from "./platform.ts";

export interface Session {
  id: string;
  url: string;
  status: string;
  paymentId?: string;
}

export interface Link {
  id: string;
  url: string;
}

const shop = "http://127.0.0.1:9/shop";

export const terms = (more: object = {}) => ({
  currency: "EUR",
  lineItems: [
    { name: "Darjeeling First Flush, 100 g", quantity: "2", unitAmountMinor: "1450" },
    { name: "Tea cup, celadon", quantity: "1", unitAmountMinor: "1990", description: "Hand-thrown, 180 ml" },
  ],
  description: "Your order of 23 November",
  reference: "ORDER-1182",
  successUrl: `${shop}/thanks`,
  cancelUrl: `${shop}/cart`,
  ...more,
});

// Of 48.90, unless the terms say otherwise.
export async function makeSession(platform: Platform, more: object = {}): Promise<Session> {
  return (await platform.call<{ session: Session }>("checkout.v1.CheckoutService/CreateCheckoutSession", { terms: terms(more) })).session;
}

export async function makeLink(platform: Platform, use: "REUSABLE" | "SINGLE"): Promise<Link> {
  const request = { terms: terms(), use: `PAYMENT_LINK_USE_${use}` };
  return (await platform.call<{ paymentLink: Link }>("checkout.v1.CheckoutService/CreatePaymentLink", request)).paymentLink;
}

export async function session(platform: Platform, sessionId: string): Promise<Session> {
  return (await platform.call<{ session: Session }>("checkout.v1.CheckoutService/GetCheckoutSession", { sessionId })).session;
}

// What the provider holds of a session's payment: its books, not ours.
export async function charges(platform: Platform, sessionId: string): Promise<{ status: string; captured: number }[]> {
  const { paymentId } = await session(platform, sessionId);
  if (!paymentId) return [];
  const { sandbox_psp, sandbox_psp_key } = platform.endpoints;
  const answer = await fetch(`${sandbox_psp}/v1/payments?reference=${paymentId}`, { headers: { authorization: `Bearer ${sandbox_psp_key}` } });
  const { data } = (await answer.json()) as { data: { status: string; captured: number }[] };
  return data.filter(({ status }) => status === "captured");
}

// Paid once: by the session, by the payment and by the provider's books.
export async function assertPaidOnce(platform: Platform, sessionId: string): Promise<void> {
  const now = await until("the session is completed", async () => {
    const read = await session(platform, sessionId);
    return read.status === "CHECKOUT_SESSION_STATUS_COMPLETED" ? read : undefined;
  });
  const payment: Payment = await platform.payment(now.paymentId!);
  assert.equal(payment.status, "PAYMENT_STATUS_SUCCEEDED");
  assert.equal((await charges(platform, sessionId)).length, 1);
}

// A random key in which nobody can see a card number.
const letters = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => String.fromCharCode(97 + (byte % 26))).join("");

// A shopper's call without the page: to use tries up, or to be the other window.
export async function shopperCall(platform: Platform, method: string, url: string, more: object = {}): Promise<void> {
  const secret = url.slice(url.indexOf("#") + 1);
  const headers = { "content-type": "application/json", "connect-protocol-version": "1", "idempotency-key": `e2e-${letters()}` };
  const answer = await fetch(`${platform.endpoints.api}/florin.checkout.v1.ShopperService/${method}`, { method: "POST", headers, body: JSON.stringify({ secret, ...more }) });
  if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
}

export const form = (page: Page): FrameLocator => page.frameLocator("iframe");

export async function formReady(page: Page): Promise<void> {
  await page.locator('.card-frame[data-state="ready"]').waitFor();
}

// A tab of its own, as every shopper has one, on the page and ready.
export async function openCheckout(browser: Browser, url: string, look: Look = {}): Promise<Tab> {
  const tab = await openTab(browser, look);
  await tab.page.goto(url);
  await tab.page.locator("[data-stage]:not([data-stage='opening'])").waitFor();
  return tab;
}

export async function fillCard(page: Page, number: string): Promise<void> {
  await formReady(page);
  const card = form(page);
  await card.locator("#number").fill(number);
  await card.locator("#expiry").fill("12/40");
  await card.locator("#cvc").fill("123");
}

export const payButton = (page: Page) => page.getByRole("button", { name: /^Pay .*48\.90/ });

export async function payByCard(page: Page, number: string): Promise<void> {
  await fillCard(page, number);
  await payButton(page).click();
}

export async function receipt(page: Page): Promise<void> {
  await page.getByRole("heading", { name: "Thank you. Your payment is complete.", level: 1 }).waitFor();
}

// The provider's page: a bank, a wallet, a lender.
export async function answerProvider(page: Page, outcome: "pass" | "fail" | "abandon"): Promise<void> {
  await page.locator(`button[value="${outcome}"]`).click();
}
