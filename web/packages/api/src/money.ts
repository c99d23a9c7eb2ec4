// Money is integer minor units: a bigint, or the decimal string that the ledger sends for 128 bits. Never a number.

const noDigits = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(" "));
const threeDigits = new Set("BHD IQD JOD KWD LYD OMR TND".split(" "));

// Minor-unit digits by ISO 4217, as the server has them. Intl would answer by CLDR, which rounds some currencies' cents away.
export function currencyDigits(currency: string): number {
  if (noDigits.has(currency)) return 0;
  return threeDigits.has(currency) ? 3 : 2;
}

export interface Unit {
  // "USD", or a ledger's own asset.
  code: string;
  digits: number;
}

export function currencyUnit(currency: string): Unit {
  return { code: currency, digits: currencyDigits(currency) };
}

// "USD/2", as ledgers are named.
export function ledgerUnit(ledger: string): Unit {
  const [code = "", scale = "0"] = ledger.split("/");
  return { code, digits: /^\d{1,2}$/.test(scale) ? parseInt(scale, 10) : 0 };
}

// 123456 with 2 digits is "1234.56". Exact at any size.
export function toDecimal(minor: bigint, digits: number): string {
  const negative = minor < 0n;
  const text = (negative ? -minor : minor).toString().padStart(digits + 1, "0");
  const cut = text.length - digits;
  const whole = text.slice(0, cut);
  const sign = negative ? "-" : "";
  return digits === 0 ? sign + whole : `${sign}${whole}.${text.slice(cut)}`;
}

const formats = new Map<string, Intl.NumberFormat>();

function formatFor(locale: string | undefined, digits: number): Intl.NumberFormat {
  const key = `${locale ?? ""}/${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format;
}

// The amount alone, grouped as the reader's language has it: "1,234.56". A minus is a real minus sign.
export function formatAmount(minor: bigint | string, unit: Unit, locale?: string): string {
  const decimal = toDecimal(BigInt(minor), unit.digits);
  // A decimal string is formatted exactly, whatever its length; a number would not be.
  return formatFor(locale, unit.digits)
    .format(decimal as Intl.StringNumericLiteral)
    .replace("-", "\u2212");
}

// "1,234.56 USD".
export function formatMoney(minor: bigint | string, unit: Unit, locale?: string): string {
  return `${formatAmount(minor, unit, locale)}\u00a0${unit.code}`;
}

export type ParsedAmount = { ok: true; minor: bigint } | { ok: false; why: string };

// The marks that the reader's language puts between groups and before the fraction.
function marksOf(locale: string | undefined): { group: string; decimal: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(123456.5);
  const mark = (type: string, otherwise: string) => parts.find((part) => part.type === type)?.value ?? otherwise;
  return { group: mark("group", ","), decimal: mark("decimal", ".") };
}

// Reads what a person typed: "1,234.5" of USD is 123450. Refuses what could be read in two ways.
export function parseAmount(text: string, unit: Unit, locale?: string): ParsedAmount {
  const { group, decimal } = marksOf(locale);
  const bare = text.replace(/[\s\u00a0\u202f]/g, "");
  if (bare === "") return { ok: false, why: "Give an amount." };
  const cut = bare.lastIndexOf(decimal);
  const whole = cut < 0 ? bare : bare.slice(0, cut);
  const fraction = cut < 0 ? "" : bare.slice(cut + decimal.length);
  const digits = group.trim() === "" ? whole : whole.replaceAll(group, "");
  // Groups that are not where the reader's language puts them were meant otherwise: "1,23" may be a decimal comma.
  const grouped = digits !== whole && /^\d+$/.test(digits) && formatFor(locale, 0).format(BigInt(digits)) !== whole;
  if (grouped || !/^\d+$/.test(digits || "0") || !/^\d*$/.test(fraction) || (digits === "" && fraction === "")) {
    return { ok: false, why: `Write it like ${formatAmount(123456n, unit, locale)}.` };
  }
  if (fraction.length > unit.digits) {
    const most = unit.digits === 0 ? "no decimals" : `at most ${unit.digits} decimals`;
    return { ok: false, why: `${unit.code} has ${most}.` };
  }
  return { ok: true, minor: BigInt((digits || "0") + fraction.padEnd(unit.digits, "0")) };
}
