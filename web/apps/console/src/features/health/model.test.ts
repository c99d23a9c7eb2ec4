import { expect, it } from "vitest";
import { byteWords, countWords, durationWords } from "./model";

const words = (seconds: bigint) => durationWords({ $typeName: "google.protobuf.Duration", seconds, nanos: 0 });

it("tells durations by their two greatest units", () => {
  expect(words(0n)).toBe("0 s");
  expect(words(8n)).toBe("8 s");
  expect(words(3600n)).toBe("1 h");
  expect(words(15123n)).toBe("4 h 12 min");
  expect(words(273_600n)).toBe("3 d 4 h");
});

it("tells sizes and counts", () => {
  expect(byteWords(643n)).toBe("643 B");
  expect(byteWords(13_002_342n)).toBe("12.4 MiB");
  expect(countWords(1_234_567n)).toBe("1,234,567");
});
