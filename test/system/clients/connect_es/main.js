// usage: node main.js <way> <HTTP version> [gzip] [tls] < endpoints.json
//
// Calls a running platform in one of the ways of transports.js and prints as JSON what it saw. It does not judge: the test that starts
// it does.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { toJson } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { ErrorDetailSchema } from "./gen/florin/common/v1/error_pb.js";
import { PaymentSchema, PaymentService } from "./gen/florin/payments/v1/payments_pb.js";
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from "./gen/grpc/health/v1/health_pb.js";
import { createTransport } from "./transports.js";
import { recordRequests } from "./wire.js";

const asJson = (payment) => toJson(PaymentSchema, payment);

// The error that `call` ends with, its details decoded by their type.
async function failure(call) {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    const details = error.findDetails(ErrorDetailSchema).map((detail) => toJson(ErrorDetailSchema, detail));
    return { code: Code[error.code], message: error.rawMessage, details };
  }
  return { code: "OK", message: "", details: [] };
}

// Makes a payment, confirms it and reads it; then makes it again under the same key.
async function pay(payments) {
  const headers = { "idempotency-key": randomUUID() };
  const order = {
    amount: { currency: "USD", minor: 1250n },
    paymentMethod: { method: { case: "token", value: "tok_success" } },
    metadata: { order: "№ 1" },
  };
  const { payment: created } = await payments.createPayment(order, { headers });
  const { payment: confirmed } = await payments.confirmPayment({ paymentId: created.id });
  const { payment: read, timeline } = await payments.getPayment({ paymentId: created.id });
  let replayed = null;
  const onHeader = (answer) => { replayed = answer.get("idempotency-replayed"); };
  const { payment: again } = await payments.createPayment(order, { headers, onHeader });
  const seen = { created: asJson(created), confirmed: asJson(confirmed), read: asJson(read), again: asJson(again) };
  return { ...seen, replayed, timeline: timeline.map((entry) => entry.type) };
}

async function failures(payments) {
  return {
    absent: await failure(payments.getPayment({ paymentId: "pay_00000000000zzzzzzzzz" })),
    invalid: await failure(payments.createPayment({ description: "No amount" })),
    stranger: await failure(payments.listPayments({}, { headers: { authorization: "Bearer sk_none" } })),
  };
}

// One answer, the first one of a stream that is then given up, and none.
async function health(client) {
  const { status } = await client.check({});
  let watched = null;
  for await (const answer of client.watch({})) {
    watched = ServingStatus[answer.status];
    break;
  }
  return { check: ServingStatus[status], watch: watched, unknown: await failure(client.check({ service: "florin.None" })) };
}

const [way, httpVersion, ...flags] = process.argv.slice(2);
const endpoints = JSON.parse(readFileSync(0, "utf8"));
const tls = flags.includes("tls");
const authorize = (next) => (request) => {
  if (!request.header.has("authorization")) request.header.set("authorization", `Bearer ${endpoints.secret_key}`);
  return next(request);
};
const transport = createTransport(way, {
  baseUrl: tls ? endpoints.api_tls : endpoints.api,
  interceptors: [authorize],
  ca: tls ? readFileSync(endpoints.tls_certificate) : undefined,
  httpVersion,
  gzip: flags.includes("gzip"),
});
const requests = recordRequests();
const payments = createClient(PaymentService, transport);
const seen = { payment: await pay(payments), failures: await failures(payments), health: await health(createClient(Health, transport)) };
console.log(JSON.stringify({ ...seen, requests }));
// The connections are still open and would keep Node alive.
process.exit(0);
