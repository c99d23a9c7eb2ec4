export * from "./money";
export * from "./problem";
export * from "./time";
export * from "./transport";
export type { Transport } from "@connectrpc/connect";
export { createClient, ConnectError, Code } from "@connectrpc/connect";
