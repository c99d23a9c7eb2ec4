import { PspOperation, PspStatus, type PspWebhook } from "@florin/api/gen/florin/connectors/v1/psp_pb";
import type { State } from "@florin/ui";

const statuses: Partial<Record<PspStatus, State>> = {
  [PspStatus.AUTHORIZED]: { word: "Authorized", tone: "ok" },
  [PspStatus.CAPTURED]: { word: "Paid", tone: "ok" },
  [PspStatus.ACTION_REQUIRED]: { word: "Shopper must act", tone: "info", icon: "person" },
  [PspStatus.PENDING]: { word: "Pending", tone: "info", icon: "clock" },
  [PspStatus.DECLINED_SOFT]: { word: "Declined, may work later", tone: "warn" },
  [PspStatus.DECLINED_HARD]: { word: "Declined", tone: "bad" },
  [PspStatus.SUCCEEDED]: { word: "Done", tone: "ok" },
  [PspStatus.FAILED]: { word: "Failed", tone: "bad" },
  [PspStatus.VOIDED]: { word: "Voided", tone: "plain", icon: "cross" },
  [PspStatus.ABSENT]: { word: "Unknown there", tone: "plain" },
};

// What a webhook says; a bare notification says nothing of its own.
export function saidBy(content: PspWebhook | undefined): State {
  return statuses[content?.reply?.status ?? PspStatus.UNSPECIFIED] ?? { word: "Notification", tone: "plain" };
}

const operations: Partial<Record<PspOperation, string>> = {
  [PspOperation.AUTHORIZE]: "Payment",
  [PspOperation.CAPTURE]: "Capture",
  [PspOperation.VOID]: "Void",
  [PspOperation.REFUND]: "Refund",
};
export const aboutOf = (operation: PspOperation | undefined): string => operations[operation ?? PspOperation.UNSPECIFIED] ?? "";

// A body as text where it is text, else as hexadecimal.
export function bodyText(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return Array.from(body, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
}
