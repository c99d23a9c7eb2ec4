// The parent's end of the card form, which lives in a frame of the vault's origin: no card number ever comes to this page.
import type { Field } from "./failures";

export type Token = { token: string } | { reason: "incomplete" | "refused" | "too_many" | "offline" | "unavailable" };

interface Message {
  type?: unknown;
  id?: unknown;
  px?: unknown;
  brand?: unknown;
  complete?: unknown;
  token?: unknown;
  reason?: unknown;
}

export interface Listener {
  ready: () => void;
  height: (px: number) => void;
  // Something was typed.
  touched: () => void;
  // Enter in a field.
  submit: () => void;
}

export interface CardForm {
  tokenize: () => Promise<Token>;
  // The first field that is wrong if none is named.
  focus: (field?: Field) => void;
  disable: (disabled: boolean) => void;
  close: () => void;
}

// The form itself gives up after 15 s.
const patienceMs = 20_000;
// A frame that is not shown has no height to tell.
const leastPx = 40;

const reasons = new Set(["incomplete", "refused", "too_many", "offline", "unavailable"]);

function tokenOf({ token, reason }: Message): Token {
  if (typeof token === "string") return { token };
  return { reason: reasons.has(reason as string) ? (reason as "refused") : "unavailable" };
}

// For a frame that has just loaded. The message goes to the vault's origin only, and with it the one port.
export function openCardForm(frame: HTMLIFrameElement, listener: Listener): CardForm {
  const { port1: port, port2 } = new MessageChannel();
  const asked = new Map<number, (token: Token) => void>();
  let count = 0;

  function answer(id: number, token: Token): void {
    asked.get(id)?.(token);
    asked.delete(id);
  }

  port.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === "ready") listener.ready();
    if (data.type === "height" && typeof data.px === "number" && data.px >= leastPx) listener.height(data.px);
    if (data.type === "state" && (data.brand !== null || data.complete === true)) listener.touched();
    if (data.type === "submit") listener.submit();
    if ((data.type === "token" || data.type === "error") && typeof data.id === "number") answer(data.id, tokenOf(data));
  };
  frame.contentWindow?.postMessage({ type: "florin:card-form:open", version: 1 }, new URL(frame.src).origin, [port2]);

  return {
    tokenize: () =>
      new Promise((resolve) => {
        const id = ++count;
        asked.set(id, resolve);
        setTimeout(() => answer(id, { reason: "unavailable" }), patienceMs);
        port.postMessage({ type: "tokenize", id });
      }),
    focus: (field) => {
      frame.focus();
      port.postMessage({ type: "focus", field });
    },
    disable: (disabled) => port.postMessage({ type: "disable", disabled }),
    close: () => port.close(),
  };
}
