// Instants come as protobuf timestamps in UTC and are shown in one zone that the page names.
import type { Timestamp } from "@bufbuild/protobuf/wkt";

export function toDate(time: Timestamp): Date {
  return new Date(Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000));
}

export function toTimestamp(date: Date): { seconds: bigint; nanos: number } {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    clocks.set(zone, clock);
  }
  return clock;
}

function wallClock(date: Date, zone: string): WallClock {
  const found: Record<string, number> = {};
  for (const part of clockOf(zone).formatToParts(date)) found[part.type] = parseInt(part.value, 10);
  return found as unknown as WallClock;
}

const two = (value: number) => String(value).padStart(2, "0");

// "2026-11-23", and "18:04:09", and both with a space between: the same in every language, so that columns line up.
export function formatDay(date: Date, zone: string): string {
  const at = wallClock(date, zone);
  return `${at.year}-${two(at.month)}-${two(at.day)}`;
}

export function formatClock(date: Date, zone: string): string {
  const at = wallClock(date, zone);
  return `${two(at.hour)}:${two(at.minute)}:${two(at.second)}`;
}

export function formatTime(date: Date, zone: string): string {
  return `${formatDay(date, zone)} ${formatClock(date, zone)}`;
}

// With the fraction that the server recorded, to the microsecond: "2026-11-23 18:04:09.258434".
export function formatExact(time: Timestamp, zone: string): string {
  const micros = Math.floor(time.nanos / 1000);
  return `${formatTime(toDate(time), zone)}.${String(micros).padStart(6, "0")}`;
}

// Minutes east of Greenwich at that instant.
export function offsetMinutes(date: Date, zone: string): number {
  const at = wallClock(date, zone);
  const asUtc = Date.UTC(at.year, at.month - 1, at.day, at.hour, at.minute, at.second);
  return Math.round((asUtc - Math.floor(date.getTime() / 1000) * 1000) / 60_000);
}

// "UTC+01:00".
export function formatOffset(date: Date, zone: string): string {
  const minutes = offsetMinutes(date, zone);
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "\u2212" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

// Every list says in which zone its times are: "Times in Europe/Oslo (UTC+01:00)."
export function timesIn(zone: string, now: Date): string {
  const offset = formatOffset(now, zone);
  return zone === offset ? "Times in UTC." : `Times in ${zone} (${offset}).`;
}

// Reads "2026-11-23T18:04" as a clock on the wall in that zone shows it. Where the clock was put back the earlier instant is
// taken; a time that was skipped is read with the offset before the jump. Nothing for text of another form.
export function fromWall(text: string, zone: string): Date | undefined {
  const form = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (!form) return undefined;
  const [year, month, day, hour, minute, second] = form.slice(1).map((part) => parseInt(part ?? "0", 10)) as [
    number, number, number, number, number, number,
  ];
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(asUtc);
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined;
  const day_ms = 24 * 3600 * 1000;
  const before = offsetMinutes(new Date(asUtc - day_ms), zone) * 60_000;
  const after = offsetMinutes(new Date(asUtc + day_ms), zone) * 60_000;
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const candidate = new Date(asUtc - offset);
    if (offsetMinutes(candidate, zone) * 60_000 === offset) return candidate;
  }
  return new Date(asUtc - before);
}

// What an <input type="datetime-local"> holds.
export function toWall(date: Date, zone: string): string {
  return `${formatDay(date, zone)}T${formatClock(date, zone).slice(0, 5)}`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

// "3 minutes ago", "in 2 days".
export function formatAgo(date: Date, now: Date, locale?: string): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}
