import type { IconName } from "@florin/ui";

// Where the thing lives that an id names; nothing for text that is no id.
export function placeOfId(text: string): { to: string; title: string; icon: IconName } | undefined {
  if (/^pay_[0-9a-z]+$/.test(text)) return { to: `/payments/${text}`, title: `Payment ${text}`, icon: "payments" };
  if (/^chk_[0-9a-z]+$/.test(text)) return { to: `/checkout/sessions/${text}`, title: `Checkout session ${text}`, icon: "cart" };
  if (/^lnk_[0-9a-z]+$/.test(text)) return { to: `/checkout/links/${text}`, title: `Payment link ${text}`, icon: "link" };
  if (/^whk_[0-9a-z]+$/.test(text)) return { to: `/webhooks/${text}`, title: `Webhook ${text}`, icon: "webhooks" };
  if (/^usr_[0-9a-z]+$/.test(text)) return { to: `/audit?operator=${text}`, title: `What ${text} did`, icon: "audit" };
  if (/^[0-9a-f]{32}$/.test(text)) return { to: `/ledger/transactions/${text}`, title: `Ledger transaction ${text}`, icon: "ledger" };
  return undefined;
}
