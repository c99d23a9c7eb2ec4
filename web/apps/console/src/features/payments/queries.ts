import { createClient, withKey } from "@florin/api";
import { LedgerService } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { OperatorService } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { PaymentService, type GetPaymentResponse, type Operation, type Payment } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { ReceivedWebhookService } from "@florin/api/gen/florin/webhooks/v1/webhooks_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import type { Ref } from "vue";
import { toRequest, type Filters } from "./filters";
import { isMoving, type ActionName } from "./model";

export const pageSize = 50;
const movingMs = 2000;

// The heads of this feature's query keys.
export const paymentQueries = {
  all: (scope: readonly string[]) => [...scope, "payments"],
  list: (scope: readonly string[], filters: Filters, zone: string, page: string) => [...scope, "payments", "list", filters, zone, page],
  one: (scope: readonly string[], id: string) => [...scope, "payments", "one", id],
};

export function usePayments(filters: Ref<Filters>, page: Ref<string>) {
  const { transport, scope, zone } = useHost();
  const client = createClient(PaymentService, transport);
  return useQuery({
    queryKey: () => paymentQueries.list(scope.value, filters.value, zone.value, page.value),
    // The server looks at so many rows for one page and no more: one without a match is not the end of the list.
    queryFn: async ({ signal }) => {
      const request = { ...toRequest(filters.value, zone.value), pageSize };
      let answer = await client.listPayments({ ...request, pageToken: page.value }, { signal });
      while (answer.payments.length === 0 && answer.nextPageToken) answer = await client.listPayments({ ...request, pageToken: answer.nextPageToken }, { signal });
      return answer;
    },
    placeholderData: keepPreviousData,
  });
}

export function usePayment(id: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(PaymentService, transport);
  return useQuery({
    queryKey: () => paymentQueries.one(scope.value, id.value),
    queryFn: ({ signal }) => client.getPayment({ paymentId: id.value }, { signal }),
    // What moves by itself is read again until it rests.
    refetchInterval: ({ state }) => (state.status === "error" || (state.data?.payment && isMoving(state.data.payment)) ? movingMs : false),
  });
}

// The three neighbours of the detail page: each a panel of its own, so that one that fails does not take the others along.
export function useTransfersOf(payment: Ref<Payment>) {
  const { transport, scope, can } = useHost();
  const client = createClient(LedgerService, transport);
  return useQuery({
    // A step of the payment posts with it: another update time means other transfers.
    queryKey: () => [...paymentQueries.one(scope.value, payment.value.id), "transfers", stamp(payment.value)],
    queryFn: ({ signal }) => client.listTransfers({ transactionId: payment.value.ledgerTransactionId, pageSize: 500 }, { signal }),
    enabled: () => can("ledger.read"),
    placeholderData: keepPreviousData,
  });
}

export function useWebhooksOf(payment: Ref<Payment>) {
  const { transport, scope, can } = useHost();
  const client = createClient(ReceivedWebhookService, transport);
  return useQuery({
    queryKey: () => [...paymentQueries.one(scope.value, payment.value.id), "webhooks", stamp(payment.value)],
    queryFn: ({ signal }) => client.listReceivedWebhooks({ paymentId: payment.value.id, pageSize: 200 }, { signal }),
    enabled: () => can("events.read"),
    placeholderData: keepPreviousData,
  });
}

export function useActionsOf(payment: Ref<Payment>) {
  const { transport, scope, can } = useHost();
  const client = createClient(OperatorService, transport);
  return useQuery({
    queryKey: () => [...paymentQueries.one(scope.value, payment.value.id), "actions", stamp(payment.value)],
    queryFn: ({ signal }) => client.listOperatorActions({ resourceId: payment.value.id, pageSize: 200 }, { signal }),
    enabled: () => can("operators.read"),
    placeholderData: keepPreviousData,
  });
}

const stamp = (payment: Payment) => `${payment.updateTime?.seconds ?? 0}.${payment.updateTime?.nanos ?? 0}`;

export interface Change {
  action: ActionName;
  paymentId: string;
  currency: string;
  amountMinor: bigint;
  finalCapture: boolean;
  reason: string;
  // Made when the form opened.
  key: string;
}

// Sends a change. Nothing is shown as done before the server says so.
export function useChange() {
  const { transport, scope } = useHost();
  const client = createClient(PaymentService, transport);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: Change): Promise<{ payment?: Payment; operation?: Operation }> => {
      const { paymentId, reason } = change;
      const amount = { currency: change.currency, minor: change.amountMinor };
      const options = withKey(change.key);
      if (change.action === "capture") return client.capturePayment({ paymentId, amount, finalCapture: change.finalCapture }, options);
      if (change.action === "refund") return client.refundPayment({ paymentId, amount, reason }, options);
      return client.cancelPayment({ paymentId, reason }, options);
    },
    onSuccess: (answer, change) => {
      const key = paymentQueries.one(scope.value, change.paymentId);
      queries.setQueryData<GetPaymentResponse>(key, (known) => (known && answer.payment ? { ...known, payment: answer.payment } : known));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: paymentQueries.all(scope.value) }),
  });
}
