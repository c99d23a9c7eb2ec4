import { BreakerState, HealthState, ProcessState } from "@florin/api/gen/florin/system/v1/system_pb";
import type { Duration } from "@bufbuild/protobuf/wkt";
import type { State } from "@florin/ui";

const health: Record<HealthState, State> = {
  [HealthState.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [HealthState.OK]: { word: "All is well", tone: "ok" },
  [HealthState.DEGRADED]: { word: "Needs a look", tone: "warn" },
};
export const healthState = (state: HealthState): State => health[state] ?? health[HealthState.UNSPECIFIED];

const breakers: Record<BreakerState, State> = {
  [BreakerState.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [BreakerState.CLOSED]: { word: "Requests pass", tone: "ok" },
  [BreakerState.OPEN]: { word: "Cut off", tone: "bad" },
  [BreakerState.HALF_OPEN]: { word: "Being tried", tone: "warn" },
};
export const breakerState = (state: BreakerState): State => breakers[state] ?? breakers[BreakerState.UNSPECIFIED];

const processes: Record<ProcessState, State> = {
  [ProcessState.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [ProcessState.RUNNING]: { word: "Running", tone: "ok" },
  [ProcessState.DOWN]: { word: "Down", tone: "bad" },
};
export const processState = (state: ProcessState): State => processes[state] ?? processes[ProcessState.UNSPECIFIED];

// "3 d 4 h", "4 h 12 min", "12 min", "8 s": the two greatest units.
export function durationWords(duration: Duration): string {
  const seconds = Number(duration.seconds);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

// "643 B", "12.4 MiB".
export function byteWords(bytes: bigint): string {
  let size = Number(bytes);
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

export const countWords = (count: bigint): string => new Intl.NumberFormat().format(count);
