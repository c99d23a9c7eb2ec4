import { OperatorRole, OperatorStatus } from "@florin/api/gen/florin/operators/v1/operators_pb";
import type { State } from "@florin/ui";

export const passwordLeast = 12;

const roles: Record<OperatorRole, { name: string; may: string }> = {
  [OperatorRole.UNSPECIFIED]: { name: "No role", may: "Nothing." },
  [OperatorRole.OWNER]: { name: "Owner", may: "Everything, other owners included." },
  [OperatorRole.ADMIN]: { name: "Admin", may: "Everything but making or changing owners." },
  [OperatorRole.FINANCE]: { name: "Finance", may: "Payments, refunds and the ledger." },
  [OperatorRole.SUPPORT]: { name: "Support", may: "Payments and refunds." },
  [OperatorRole.VIEWER]: { name: "Viewer", may: "Reads everything, changes nothing." },
};
export const roleOf = (role: OperatorRole) => roles[role] ?? roles[OperatorRole.UNSPECIFIED];

export const grantableRoles = [OperatorRole.OWNER, OperatorRole.ADMIN, OperatorRole.FINANCE, OperatorRole.SUPPORT, OperatorRole.VIEWER];

const states: Record<OperatorStatus, State> = {
  [OperatorStatus.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [OperatorStatus.INVITED]: { word: "Invited", tone: "info", icon: "clock" },
  [OperatorStatus.ACTIVE]: { word: "Active", tone: "ok" },
  [OperatorStatus.DISABLED]: { word: "Disabled", tone: "plain", icon: "cross" },
};
export const operatorState = (status: OperatorStatus): State => states[status] ?? states[OperatorStatus.UNSPECIFIED];

// What is wrong with a new password; nothing if it will do. Counted as the server counts: characters.
export function passwordFault(password: string): string | undefined {
  const length = [...password].length;
  return length < passwordLeast ? `At least ${passwordLeast} characters; these are ${length}.` : undefined;
}

// "Chromium 156 on Linux" out of what a browser calls itself; the text itself where that fails.
export function browserName(agent: string): string {
  const browser = [
    [/Edg\/(\d+)/, "Edge"],
    [/Firefox\/(\d+)/, "Firefox"],
    [/(?:HeadlessChrome|Chrome)\/(\d+)/, "Chrome"],
    [/Version\/(\d+).*Safari/, "Safari"],
    [/curl\/(\d+)/, "curl"],
  ] as const;
  const system = [
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux/, "Linux"],
  ] as const;
  const found = browser.map(([form, name]) => ({ match: form.exec(agent), name })).find(({ match }) => match);
  if (!found?.match) return agent || "Unknown browser";
  const on = system.find(([form]) => form.test(agent));
  return `${found.name} ${found.match[1]}${on ? ` on ${on[1]}` : ""}`;
}
