import { PaymentStatus } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { describe, expect, it } from "vitest";
import { chipsOf, isFiltered, readFilters, toRequest, writeFilters } from "./filters";

describe("filters in the address", () => {
  it("come back as they were written", () => {
    const filters = readFilters({ status: "succeeded", reference: "order-7", currency: "EUR", since: "2026-11-23T10:00", attention: "yes" });
    expect(readFilters(writeFilters(filters) as Record<string, string>)).toEqual(filters);
    expect(chipsOf(filters).map(({ label }) => label)).toEqual(["Status is Paid", "Reference is order-7", "Currency is EUR", "Created from 2026-11-23 10:00", "Needs attention"]);
  });

  it("leave out what is not one of theirs", () => {
    const filters = readFilters({ status: "nonsense", currency: "EURO", attention: "maybe", reference: ["a", "b"] });
    expect(isFiltered(filters)).toBe(false);
  });

  it("become a request in the zone of the page", () => {
    const request = toRequest(readFilters({ status: "requires_capture", since: "2026-11-23T10:00", until: "rubbish" }), "Europe/Oslo");
    expect(request.status).toBe(PaymentStatus.REQUIRES_CAPTURE);
    expect(request.createTimeFrom?.seconds).toBe(BigInt(Date.UTC(2026, 10, 23, 9) / 1000));
    expect(request.createTimeTo).toBeUndefined();
  });
});
