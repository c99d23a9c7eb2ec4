// What the page's address says: whose checkout it is, and whether the shopper comes from a provider's page.
//
// The secret stands behind "#", which browsers send to nobody.

export interface Place {
  session?: string;
  link?: string;
  // Sent back by a provider. What it says about the payment is not believed.
  returned: boolean;
}

export function placeOf({ hash, search }: { hash: string; search: string }): Place {
  const secret = /^#([sl])_[A-Za-z0-9]{1,62}$/.exec(hash);
  const returned = new URLSearchParams(search).has("payment_id");
  if (!secret) return { returned };
  return secret[1] === "s" ? { session: hash.slice(1), returned } : { link: hash.slice(1), returned };
}

// The page's own address, without what a provider added and with the session's secret in the place of a link's.
export function settleAddress(session: string): void {
  history.replaceState(null, "", `${location.pathname}#${session}`);
}

// Where a merchant's address leads; nothing for one that a browser must not follow.
export function webAddress(url: string | undefined, query: Record<string, string> = {}): string | undefined {
  if (!url || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return undefined;
  for (const [name, value] of Object.entries(query)) parsed.searchParams.set(name, value);
  return parsed.href;
}

const runs = new Set(["javascript:", "data:", "vbscript:", "blob:", "file:"]);

// An address that opens another program ("upi://pay?..."), never one that runs in this page.
export function appAddress(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined;
  return runs.has(new URL(url).protocol) ? undefined : url;
}
