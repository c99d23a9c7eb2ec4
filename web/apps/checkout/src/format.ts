// Money, moments and time left in the shopper's language. Money is minor units in a string, formatted exactly, never a number.
import { currencyDigits, toDecimal } from "@florin/api/money";

// The browser's own kind of a language ("en-GB" for "en"), else the language itself.
export function formatLocale(language: string, preferred: readonly string[]): string {
  return preferred.find((each) => each.split("-")[0] === language) ?? language;
}

export function formatMoney(minor: bigint | string | undefined, currency: string, locale: string): string {
  const digits = currencyDigits(currency);
  const decimal = toDecimal(BigInt(minor ?? "0"), digits) as Intl.StringNumericLiteral;
  return new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(decimal);
}

// To be typed into a bank's form: "12.50".
export function plainAmount(minor: bigint | string | undefined, currency: string): string {
  return toDecimal(BigInt(minor ?? "0"), currencyDigits(currency));
}

// An IBAN in groups of four, as people read it; any other number as it is.
export function formatAccount(number: string): string {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(number) ? number.replace(/.{4}(?=.)/g, "$& ") : number;
}

export function formatCount(count: bigint | string | number, locale: string): string {
  return new Intl.NumberFormat(locale).format(BigInt(count));
}

export function formatMoment(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

// "4:05"; hours only where there are any.
export function formatTimeLeft(ms: number, locale: string): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false });
  const one = new Intl.NumberFormat(locale, { useGrouping: false });
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const parts = [...(hours > 0 ? [one.format(hours)] : []), hours > 0 ? two.format(minutes) : one.format(minutes), two.format(seconds % 60)];
  return parts.join(":");
}

// "1.5s" or "86400s", as durations are in JSON.
export function durationMs(json: string | undefined): number | undefined {
  const found = /^(\d+)(?:\.(\d{1,9}))?s$/.exec(json ?? "");
  return found ? Number(found[1]) * 1000 + Number((found[2] ?? "").padEnd(3, "0").slice(0, 3)) : undefined;
}

const brands: Record<string, string> = {
  ...{ visa: "Visa", mastercard: "Mastercard", amex: "American Express", diners: "Diners Club", discover: "Discover" },
  ...{ jcb: "JCB", maestro: "Maestro", rupay: "RuPay", unionpay: "UnionPay" },
};

export function cardName(brand: string | undefined, lastFour: string | undefined): string {
  const name = brands[brand ?? ""] ?? "";
  return lastFour ? `${name} \u2022\u2022\u2022\u2022\u00a0${lastFour}`.trim() : name;
}
