import { createClient, toTimestamp } from "@florin/api";
import { LedgerService } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { PaymentService, PaymentStatus } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { useHost } from "@florin/ui";
import { useQuery } from "@tanstack/vue-query";
import { paymentQueries } from "../payments";

export const newestMost = 200;
const dayMs = 24 * 3_600_000;
const againMs = 15_000;

export function useNewest() {
  const { transport, scope } = useHost();
  const client = createClient(PaymentService, transport);
  return useQuery({
    queryKey: () => [...paymentQueries.all(scope.value), "newest"],
    queryFn: ({ signal }) => client.listPayments({ createTimeFrom: toTimestamp(new Date(Date.now() - dayMs)), pageSize: newestMost }, { signal }),
    refetchInterval: againMs,
  });
}

// What waits for somebody: at most this many are counted.
export const waitingMost = 100;

export function useWaiting(what: { status?: PaymentStatus; needsAttention?: boolean }) {
  const { transport, scope } = useHost();
  const client = createClient(PaymentService, transport);
  return useQuery({
    queryKey: () => [...paymentQueries.all(scope.value), "waiting", what],
    queryFn: ({ signal }) => client.listPayments({ ...what, pageSize: waitingMost }, { signal }),
    refetchInterval: againMs,
  });
}

export function useBalances() {
  const { transport, scope, can } = useHost();
  const client = createClient(LedgerService, transport);
  return useQuery({
    queryKey: () => [...scope.value, "ledger", "trial-balance", ""],
    queryFn: ({ signal }) => client.getTrialBalance({}, { signal }),
    enabled: () => can("ledger.read"),
    refetchInterval: againMs,
  });
}
