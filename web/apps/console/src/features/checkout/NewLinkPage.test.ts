import { CheckoutService, type CreatePaymentLinkRequest } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import { Code, fakeServer, refusal } from "@florin/testkit";
import { Toasts, TooltipProvider } from "@florin/ui";
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, describe, expect, it } from "vitest";
import { computed, h, ref } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { provideConsole, type Console } from "../../app/console";
import NewLinkPage from "./pages/NewLinkPage.vue";

interface Call {
  request: CreatePaymentLinkRequest;
  key: string | null;
}

async function show(answers: (() => object)[], may = true) {
  const calls: Call[] = [];
  const transport = fakeServer(({ service }) =>
    service(CheckoutService, {
      createPaymentLink(request, context) {
        calls.push({ request, key: context.requestHeader.get("idempotency-key") });
        const answer = answers[Math.min(calls.length, answers.length) - 1]!();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
  );
  const host = { transport, scope: computed(() => ["ten_1", "Sandbox"]), zone: ref("UTC"), can: () => may };
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/:rest(.*)*", component: { render: () => null } }] });
  await router.push("/checkout/links/new");
  mount(
    { render: () => h(TooltipProvider, () => h(NewLinkPage)) },
    {
      attachTo: document.body,
      global: {
        plugins: [
          router,
          [VueQueryPlugin, { queryClient: new QueryClient() }],
          { install: (app) => provideConsole(app, { host, toasts: new Toasts() } as unknown as Console) },
        ],
      },
    },
  );
  const field = (label: string) => {
    const found = [...document.querySelectorAll("label")].find((one) => one.textContent?.startsWith(label));
    return document.getElementById(found!.getAttribute("for")!) as HTMLInputElement;
  };
  const type = async (label: string, text: string) => {
    field(label).value = text;
    field(label).dispatchEvent(new Event("input"));
    await flushPromises();
  };
  const send = async () => {
    document.querySelector("form")!.requestSubmit();
    await flushPromises();
    await flushPromises();
  };
  return { calls, router, field, type, send, text: () => document.body.textContent ?? "" };
}

async function filled(answers: (() => object)[]) {
  const page = await show(answers);
  await page.type("Name", "Tea");
  await page.type("Quantity", "3");
  await page.type("Price", "14.50");
  return page;
}

const made = () => ({ paymentLink: { id: "lnk_1" } });
afterEach(() => (document.body.innerHTML = ""));

describe("the form of a payment link", () => {
  it("shows the total as one types, makes the link and goes to it", async () => {
    const page = await filled([made]);
    expect(page.text()).toMatch(/Total43\.50.EUR/);
    await page.send();
    expect(page.calls[0]!.request.terms?.lineItems).toMatchObject([{ name: "Tea", quantity: 3n, unitAmountMinor: 1450n }]);
    expect(page.calls[0]!.key).toMatch(/^console-/);
    expect(page.router.currentRoute.value.path).toBe("/checkout/links/lnk_1");
  });

  it("sends nothing that is wrong, and leads to the first field", async () => {
    const page = await show([made]);
    await page.send();
    expect(page.calls).toHaveLength(0);
    expect(document.activeElement).toBe(page.field("Name"));
    expect(page.text()).toContain("Say what it is.");
  });

  it("puts the server's words at their fields, and takes another key for other terms", async () => {
    const violations = [
      { field: "terms.line_items[0].name", description: "must not hold a card number" },
      { field: "terms.success_url", description: "must be a URL" },
    ];
    const page = await filled([() => refusal(Code.InvalidArgument, "…", { fieldViolations: violations }), made]);
    await page.send();
    expect(page.text()).toContain("Must not hold a card number.");
    expect(page.field("Address after").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(page.field("Name"));
    await page.type("Name", "Green tea");
    await page.send();
    expect(page.calls[1]!.key).not.toBe(page.calls[0]!.key);
  });

  it("does not lose the server's word on a field that it has not", async () => {
    const page = await filled([() => refusal(Code.InvalidArgument, "metadata must be small.", { fieldViolations: [{ field: "terms.metadata", description: "must be small" }] })]);
    await page.send();
    expect(page.text()).toContain("metadata must be small.");
  });

  it("after no answer holds the form and sends the same under the same key again", async () => {
    const page = await filled([() => refusal(Code.Unavailable, "down"), made]);
    await page.send();
    expect(page.text()).toContain("It is not known whether the link was made.");
    expect(page.field("Name").readOnly).toBe(true);
    await page.send();
    expect(page.calls.map(({ key }) => key)).toEqual([page.calls[0]!.key, page.calls[0]!.key]);
  });

  it("tells whom may not why", async () => {
    await show([made], false);
    expect(document.body.textContent).toContain("Your role lacks the permission checkout.write.");
  });
});
