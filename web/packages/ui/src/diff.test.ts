import { expect, it } from "vitest";
import { diffJson } from "./diff";

it("tells the leaves that differ, with what came and went", () => {
  const before = JSON.stringify({ id: "pay_1", refundedMinor: "0", gone: true, list: [{ a: 1 }] });
  const after = JSON.stringify({ id: "pay_1", refundedMinor: "500", list: [{ a: 1 }, { a: 2 }] });
  expect(diffJson(before, after)).toEqual([
    { path: "refundedMinor", before: "0", after: "500" },
    { path: "list[1].a", after: "2" },
    { path: "gone", before: "true" },
  ]);
});

it("takes an empty text for nothing, and a broken one as it is", () => {
  expect(diffJson("", '{"a":1}')).toEqual([{ path: "a", after: "1" }]);
  expect(diffJson("not json", "")).toEqual([{ path: "", before: "not json" }]);
  expect(diffJson("", "")).toEqual([]);
});
