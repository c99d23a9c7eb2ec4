import { describe, expect, it } from "vitest";
import { formatAgo, formatExact, formatOffset, formatTime, fromWall, isZone, timesIn, toDate, toTimestamp, toWall } from "./time";

const at = (iso: string) => new Date(iso);

describe("showing", () => {
  it("shows the clock of the zone, the same in every language", () => {
    expect(formatTime(at("2026-11-23T18:04:09Z"), "UTC")).toBe("2026-11-23 18:04:09");
    expect(formatTime(at("2026-11-23T18:04:09Z"), "Asia/Kolkata")).toBe("2026-11-23 23:34:09");
    expect(formatTime(at("2026-11-23T23:30:00Z"), "Europe/Oslo")).toBe("2026-11-24 00:30:00");
  });

  it("names the offset, also of half hours and west", () => {
    expect(formatOffset(at("2026-07-01T00:00:00Z"), "Europe/Oslo")).toBe("UTC+02:00");
    expect(formatOffset(at("2026-01-01T00:00:00Z"), "America/St_Johns")).toBe("UTC\u221203:30");
    expect(formatOffset(at("2026-01-01T00:00:00Z"), "UTC")).toBe("UTC");
    expect(timesIn("UTC", at("2026-01-01T00:00:00Z"))).toBe("Times in UTC.");
    expect(timesIn("Asia/Kolkata", at("2026-01-01T00:00:00Z"))).toBe("Times in Asia/Kolkata (UTC+05:30).");
  });

  it("keeps the microseconds of the journal", () => {
    expect(formatExact({ $typeName: "google.protobuf.Timestamp", seconds: 1_795_457_049n, nanos: 258_434_000 }, "UTC")).toMatch(/\.258434$/);
  });

  it("tells the distance", () => {
    const now = at("2026-11-23T18:00:00Z");
    expect(formatAgo(at("2026-11-23T17:57:00Z"), now, "en")).toBe("3 minutes ago");
    expect(formatAgo(at("2026-11-25T18:00:00Z"), now, "en")).toBe("in 2 days");
    expect(formatAgo(now, now, "en")).toBe("now");
  });
});

describe("reading a clock on the wall", () => {
  it("reads it in the zone", () => {
    expect(fromWall("2026-11-23T18:04", "UTC")?.toISOString()).toBe("2026-11-23T18:04:00.000Z");
    expect(fromWall("2026-11-23T18:04", "America/New_York")?.toISOString()).toBe("2026-11-23T23:04:00.000Z");
    expect(fromWall("2026-11-23", "Asia/Tokyo")?.toISOString()).toBe("2026-11-22T15:00:00.000Z");
  });

  it("takes the earlier of two when the clock was put back", () => {
    expect(fromWall("2026-10-25T02:30", "Europe/Oslo")?.toISOString()).toBe("2026-10-25T00:30:00.000Z");
    expect(fromWall("2026-11-01T01:30", "America/New_York")?.toISOString()).toBe("2026-11-01T05:30:00.000Z");
  });

  it("reads a skipped time with the offset before the jump", () => {
    expect(fromWall("2026-03-29T02:30", "Europe/Oslo")?.toISOString()).toBe("2026-03-29T01:30:00.000Z");
  });

  it("refuses what is no time", () => {
    for (const text of ["", "soon", "2026-02-30T00:00", "2026-11-23T24:00", "2026-11-23T18:04Z"]) expect(fromWall(text, "UTC"), text).toBeUndefined();
  });

  it("writes what it reads", () => {
    for (const zone of ["UTC", "Europe/Oslo", "Asia/Kolkata", "Pacific/Chatham", "America/St_Johns"]) {
      expect(toWall(fromWall("2026-06-15T09:45", zone)!, zone), zone).toBe("2026-06-15T09:45");
    }
  });
});

it("goes between dates and timestamps, before 1970 too", () => {
  for (const iso of ["2026-11-23T18:04:09.123Z", "1969-12-31T23:59:59.500Z"]) {
    const stamp = toTimestamp(at(iso));
    expect(stamp.nanos).toBeGreaterThanOrEqual(0);
    expect(toDate({ $typeName: "google.protobuf.Timestamp", ...stamp }).toISOString()).toBe(iso);
  }
});

it("knows zones", () => {
  expect(isZone("Europe/Oslo")).toBe(true);
  expect(isZone("Middle/Earth")).toBe(false);
});
