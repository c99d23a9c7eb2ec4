import { expect, it } from "vitest";
import { placeOfId } from "./ids";
import { methodName } from "./words";

it("knows where an id leads", () => {
  expect(placeOfId("pay_00000000000tw0000000")?.to).toBe("/payments/pay_00000000000tw0000000");
  expect(placeOfId("00000000000001ae0000000000000000")?.to).toBe("/ledger/transactions/00000000000001ae0000000000000000");
  expect(placeOfId("order-1138")).toBeUndefined();
  expect(placeOfId("pay_../x")).toBeUndefined();
});

it("says methods as people do", () => {
  expect(methodName("florin.payments.v1.PaymentService/RefundPayment")).toBe("Refund payment");
  expect(methodName("florin.tenants.v1.TenantService/CreateApiKey")).toBe("Create api key");
});
