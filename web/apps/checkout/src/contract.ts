// The contract's messages as they are in JSON: types alone, so nothing of them is loaded.
import type { FailureCodeJson } from "@florin/api/gen/florin/common/v1/error_pb";
import type { CheckoutJson, CheckoutPaymentJson, PaymentMethodOfferJson } from "@florin/api/gen/florin/checkout/v1/shopper_pb";
import type { LineItemJson } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import type { ActionJson, BankTransferJson, PaymentMethodKindJson, PaymentStatusJson } from "@florin/api/gen/florin/payments/v1/payments_pb";

export type Checkout = CheckoutJson;
export type Payment = CheckoutPaymentJson;
export type Offer = PaymentMethodOfferJson;
export type LineItem = LineItemJson;
export type Action = ActionJson;
export type BankTransfer = BankTransferJson;
export type FailureCode = FailureCodeJson;
export type PaymentStatus = PaymentStatusJson;
// Without its prefix: "CARD".
export type Kind = PaymentMethodKindJson extends `PAYMENT_METHOD_KIND_${infer Name}` ? Exclude<Name, "UNSPECIFIED"> : never;

export function kindOf(json: PaymentMethodKindJson | undefined): Kind | undefined {
  const name = json?.replace("PAYMENT_METHOD_KIND_", "");
  return name && name !== "UNSPECIFIED" ? (name as Kind) : undefined;
}
