// What must outlive a reload, in this tab alone: the attempt whose outcome is not known, and the session a link was opened as.
//
// A browser that keeps nothing (private mode of some) loses only this memory: the server still lets a session be paid once.

export interface Attempt {
  // The idempotency key: the same for every time that this attempt is sent.
  key: string;
  // Stands for the card or method; good for this session only.
  token: string;
  // How the checkout stood before: see markOf.
  before: string;
  // Since 1970, by this machine.
  startedMs: number;
}

const attemptName = (session: string) => `florin.attempt.${session}`;
const linkName = (link: string) => `florin.link.${link}`;

function get(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function put(name: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // Nothing is kept, then.
  }
}

export function keepAttempt(session: string, attempt: Attempt): void {
  put(attemptName(session), JSON.stringify(attempt));
}

export function forgetAttempt(session: string): void {
  put(attemptName(session), null);
}

export function openAttempt(session: string): Attempt | undefined {
  try {
    const { key, token, before, startedMs } = JSON.parse(get(attemptName(session)) ?? "{}") as Partial<Attempt>;
    return key && token && before !== undefined && startedMs ? { key, token, before, startedMs } : undefined;
  } catch {
    return undefined;
  }
}

export function keepLink(link: string, session: string): void {
  put(linkName(link), session);
}

export const sessionOfLink = (link: string): string | undefined => get(linkName(link)) ?? undefined;
