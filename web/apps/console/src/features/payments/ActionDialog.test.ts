import { OperationStatus, PaymentService, PaymentStatus, type RefundPaymentRequest } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { Code, fakeServer, payment, refusal } from "@florin/testkit";
import { Toasts, TooltipProvider } from "@florin/ui";
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { computed, h, ref } from "vue";
import { provideConsole, type Console } from "../../app/console";
import ActionDialog from "./components/ActionDialog.vue";

interface Call {
  request: RefundPaymentRequest;
  key: string | null;
}

function show(answers: (() => object)[], shown = payment()) {
  const calls: Call[] = [];
  const transport = fakeServer(({ service }) =>
    service(PaymentService, {
      refundPayment(request, context) {
        calls.push({ request, key: context.requestHeader.get("idempotency-key") });
        const answer = answers[Math.min(calls.length, answers.length) - 1]!();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
  );
  const host = { transport, scope: computed(() => ["ten_1", "Sandbox"]), zone: ref("UTC"), can: () => true };
  const toasts = new Toasts();
  const open = ref(true);
  const reload = vi.fn();
  const wrapper = mount(
    { render: () => h(TooltipProvider, () => (open.value ? h(ActionDialog, { action: "refund", payment: shown, open: open.value, "onUpdate:open": (now: boolean) => (open.value = now), onReload: reload }) : [])) },
    {
      attachTo: document.body,
      global: {
        plugins: [
          [VueQueryPlugin, { queryClient: new QueryClient() }],
          { install: (app) => provideConsole(app, { host, toasts } as unknown as Console) },
        ],
      },
    },
  );
  const send = async () => {
    document.querySelector<HTMLFormElement>("#payment-action")!.requestSubmit();
    await flushPromises();
    await flushPromises();
  };
  const type = async (text: string) => {
    const input = document.querySelector<HTMLInputElement>("[inputmode=decimal]")!;
    input.value = text;
    input.dispatchEvent(new Event("input"));
    await flushPromises();
  };
  return { calls, send, type, toasts, open, reload, wrapper, text: () => document.body.textContent ?? "" };
}

const done = () => ({ payment: payment({ refundedMinor: 500n, refundableMinor: 1500n }), operation: { id: "ref_1", status: OperationStatus.SUCCEEDED } });
afterEach(() => (document.body.innerHTML = ""));

describe("the refund form", () => {
  it("sends what was typed, exactly, under one key", async () => {
    const page = show([done]);
    await flushPromises();
    await page.type("5.00");
    await page.send();
    expect(page.calls).toHaveLength(1);
    expect(page.calls[0]!.request.amount).toMatchObject({ currency: "USD", minor: 500n });
    expect(page.calls[0]!.key).toMatch(/^console-/);
    expect(page.open.value).toBe(false);
    expect(page.toasts.list[0]?.text).toMatch(/^Refunded 5\.00.USD\.$/);
  });

  it("sends nothing above the limit, and says the limit", async () => {
    const page = show([done]);
    await flushPromises();
    await page.type("20.01");
    await page.send();
    expect(page.calls).toHaveLength(0);
    expect(page.text()).toMatch(/At most 20\.00.USD is left\./);
  });

  it("after no answer sends the same under the same key again", async () => {
    const page = show([() => refusal(Code.Unavailable, "down"), done]);
    await flushPromises();
    await page.type("5.00");
    await page.send();
    expect(page.text()).toContain("It is not known whether this took effect.");
    await page.send();
    expect(page.calls.map(({ key }) => key)).toEqual([page.calls[0]!.key, page.calls[0]!.key]);
    expect(page.open.value).toBe(false);
  });

  it("after a refusal stays open, reads anew, and takes another key for another amount", async () => {
    const page = show([() => refusal(Code.FailedPrecondition, "Nothing is captured and unrefunded.", { reason: "payment_not_refundable" }), done]);
    await flushPromises();
    await page.type("5.00");
    await page.send();
    expect(page.text()).toContain("Nothing is captured and unrefunded.");
    expect(page.reload).toHaveBeenCalledOnce();
    await page.type("4.00");
    await page.send();
    expect(page.calls[1]!.key).not.toBe(page.calls[0]!.key);
  });

  it("puts the server's word on a field at that field", async () => {
    const page = show([() => refusal(Code.InvalidArgument, "amount …", { fieldViolations: [{ field: "amount.minor", description: "must be at most 1000" }] })]);
    await flushPromises();
    await page.type("15.00");
    await page.send();
    expect(document.querySelector("[inputmode=decimal]")?.getAttribute("aria-invalid")).toBe("true");
    expect(page.text()).toContain("Must be at most 1000.");
  });

  it("says why nothing can be refunded", async () => {
    const page = show([done], payment({ status: PaymentStatus.SUCCEEDED, refundedMinor: 2000n, refundableMinor: 0n }));
    await flushPromises();
    expect(page.text()).toContain("All that was captured has been given back.");
  });
});
