import { FailureCode } from "@florin/api/gen/florin/common/v1/error_pb";
import { FailureCodeSchema } from "@florin/api/gen/florin/common/v1/error_pb";
import { describe, expect, it } from "vitest";
import type { FailureCode as Code } from "./contract";
import { adviceOf, triesToTell } from "./failures";
import { en } from "./words/en";

describe("every way in which a payment can fail", () => {
  for (const { name, number } of FailureCodeSchema.values) {
    it(`${name}: says what happened and what to do`, () => {
      const advice = adviceOf(name as Code);
      expect(en[advice.what]).not.toBe("");
      expect(en[advice.todo]).not.toBe("");
      const isOther = [FailureCode.UNSPECIFIED, FailureCode.NOT_PROCESSED, FailureCode.OTHER].includes(number);
      expect(advice.what === "not_paid").toBe(isOther);
    });
  }

  it("sends the shopper to the field that can be put right", () => {
    expect(adviceOf("FAILURE_CODE_INCORRECT_CVC").field).toBe("cvc");
    expect(adviceOf("FAILURE_CODE_EXPIRED_CARD").field).toBe("expiry");
    expect(adviceOf("FAILURE_CODE_INCORRECT_NUMBER").field).toBe("number");
  });

  it("tells a thief nothing that another decline does not tell", () => {
    expect(adviceOf("FAILURE_CODE_LOST_OR_STOLEN")).toEqual(adviceOf("FAILURE_CODE_DO_NOT_HONOR"));
    expect(adviceOf("FAILURE_CODE_FRAUD_SUSPECTED")).toEqual(adviceOf("FAILURE_CODE_DO_NOT_HONOR"));
  });

  it("has words for a code of a later server", () => {
    expect(adviceOf("FAILURE_CODE_FROM_THE_FUTURE" as Code).what).toBe("not_paid");
    expect(adviceOf(undefined).what).toBe("not_paid");
  });
});

it("counts tries down only when they get few", () => {
  expect([undefined, 0, 1, 3, 4].map(triesToTell)).toEqual([undefined, undefined, 1, 3, undefined]);
});
