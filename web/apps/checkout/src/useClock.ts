// Time left by the server's clock, which is not the shopper's.
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";
import type { Checkout } from "./contract";
import { durationMs } from "./format";

const nowMs = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function useNow(): Readonly<Ref<number>> {
  if (++users === 1) timer = setInterval(() => (nowMs.value = Date.now()), 1000);
  nowMs.value = Date.now();
  onScopeDispose(() => {
    if (--users === 0) clearInterval(timer);
  });
  return nowMs;
}

// How far the server's clock is ahead: it tells an end as a moment and as a distance.
export function skewMs({ expireTime, expiresIn }: Checkout, toldMs: number): number {
  const left = durationMs(expiresIn);
  return expireTime && left !== undefined && left > 0 ? Date.parse(expireTime) - left - toldMs : 0;
}

// Milliseconds until `end` (RFC 3339); undefined for none.
export function useTimeLeft(checkout: () => Checkout | undefined, end: () => string | undefined) {
  const now = useNow();
  const skew = ref(0);
  watch(checkout, (told) => (skew.value = told ? skewMs(told, Date.now()) : 0), { immediate: true });
  return computed(() => {
    const until = end();
    return until ? Math.max(0, Date.parse(until) - now.value - skew.value) : undefined;
  });
}
