// A server of fakes in memory, and messages to feed the pages with.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ErrorDetailSchema } from "@florin/api/gen/florin/common/v1/error_pb";
import { PaymentSchema, PaymentStatus, type Payment } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { Code, ConnectError, createRouterTransport, type ConnectRouter, type Transport } from "@connectrpc/connect";

export function fakeServer(routes: (router: ConnectRouter) => void): Transport {
  return createRouterTransport(routes);
}

// An error as the server sends it, with the one detail.
export function refusal(code: Code, message: string, detail: MessageInitShape<typeof ErrorDetailSchema> = {}): ConnectError {
  return new ConnectError(message, code, undefined, [{ desc: ErrorDetailSchema, value: detail }]);
}

// 20.00 USD, paid; change what the test is about.
export function payment(changes: MessageInitShape<typeof PaymentSchema> = {}): Payment {
  const shown: MessageInitShape<typeof PaymentSchema> = {
    id: "pay_00000000000000000001",
    amount: { currency: "USD", minor: 2000n },
    status: PaymentStatus.SUCCEEDED,
    authorizedMinor: 2000n,
    capturedMinor: 2000n,
    refundableMinor: 2000n,
    createTime: { seconds: 1_790_000_000n, nanos: 123_456_000 },
    updateTime: { seconds: 1_790_000_000n, nanos: 123_456_000 },
  };
  return create(PaymentSchema, Object.assign(shown, changes));
}

export { Code };
