// What the page has around it beside the server: time, the way to other pages, what wakes it. Tests bring their own.
import * as shopper from "./shopper";

export interface World {
  shopper: typeof shopper;
  nowMs: () => number;
  newKey: () => string;
  // Until the time is over, the network is back or the signal ends it.
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  go: (url: string) => void;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end);
    signal?.addEventListener("abort", end);
  });
}

// 160 random bits in letters: among many keys of digits one would look like a card number, and be refused.
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");
}

export const world: World = { shopper, nowMs: () => Date.now(), newKey, pause, go: (url) => location.assign(url) };

const longestPauseMs = 8_000;

// 0.5 s, then twice as long each time.
export function backoffMs(tries: number): number {
  return Math.min(longestPauseMs, 500 * 2 ** tries);
}
