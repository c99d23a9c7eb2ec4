// The real `florin serve --dev` on free ports, with the built pages: start it, call it, kill it under the page, start it again.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const web = join(dirname(fileURLToPath(import.meta.url)), "../..");
// Longer than anything takes on a slow and busy machine; a test that reaches it has failed.
export const patienceMs = Number(process.env.FLORIN_TEST_PATIENCE_S ?? 60) * 1000;

function program(): string {
  const place = process.env.FLORIN_BIN ?? join(web, "../build/release/bin");
  const path = existsSync(place) && statSync(place).isDirectory() ? join(place, "florin") : place;
  if (!existsSync(path)) throw new Error(`there is no program ${path}: build it, or set FLORIN_BIN`);
  return path;
}

function pages(): string {
  const path = process.env.FLORIN_WEB ?? join(web, "dist");
  if (!existsSync(join(path, "console/index.html"))) throw new Error(`there are no pages in ${path}: npm run build`);
  return path;
}

// Polls until there is something; the only place that waits by the clock.
export async function until<Value>(what: string, look: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain: ${what}`);
    await pause(20);
  }
}

interface Endpoints {
  api: string;
  console_sign_in: string;
  secret_key: string;
  platform_key: string;
  tenant_id: string;
  vault: string;
  sandbox_psp: string;
  sandbox_psp_key: string;
}

export interface Payment {
  id: string;
  status: string;
  reference?: string;
  capturedMinor?: string;
  refundedMinor?: string;
  authorizedMinor?: string;
  operations?: { id: string; kind: string; status: string; amountMinor: string }[];
  ledgerTransactionId: string;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

// The suite's time limit and Ctrl-C end a test by signal: that must run the clean-up too.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(143));

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

export class Platform {
  endpoints!: Endpoints;
  private readonly folder_: string;
  private child_: ChildProcess | undefined;
  private listen_ = "127.0.0.1:0";
  private keys_ = 0;

  private constructor(name: string) {
    const out = process.env.FLORIN_OUT ?? tmpdir();
    mkdirSync(out, { recursive: true });
    this.folder_ = mkdtempSync(join(out, `${name}-`));
    const settings = [`web:\n  directory: ${pages()}`, "tls:\n  listen: 127.0.0.1:0", "vault:\n  listen: 127.0.0.1:0\n  private_listen: 127.0.0.1:0"];
    writeFileSync(join(this.folder_, "florin.yaml"), `${settings.join("\n")}\n`);
  }

  static async start(name: string): Promise<Platform> {
    const platform = new Platform(name);
    await platform.begin();
    return platform;
  }

  // Starts it, again at the address that it had.
  async begin(): Promise<void> {
    const told = join(this.folder_, "data/endpoints.json");
    const before = existsSync(told) ? statSync(told).mtimeMs : 0;
    const log = openSync(join(this.folder_, "florin.log"), "a");
    const args = ["serve", "--dev", "--config", join(this.folder_, "florin.yaml"), "--data", join(this.folder_, "data"), "--listen", this.listen_, "--sandbox-psp-listen", "127.0.0.1:0"];
    const child = spawn(program(), args, { detached: true, stdio: ["ignore", log, log] });
    this.child_ = child;
    running.add(child);
    await until("the platform is ready", () => {
      if (child.exitCode !== null) throw new Error(`florin ended with ${child.exitCode}: ${readFileSync(join(this.folder_, "florin.log"), "utf8").slice(-2000)}`);
      return existsSync(told) && statSync(told).mtimeMs !== before;
    });
    this.endpoints = { ...this.endpoints, ...(JSON.parse(readFileSync(told, "utf8")) as Endpoints) };
    this.listen_ = new URL(this.endpoints.api).host;
    await until("it answers", async () => (await fetch(`${this.endpoints.api}/readyz`).catch(() => undefined))?.ok);
  }

  // SIGKILL, as a machine that loses its power.
  async kill(): Promise<void> {
    const child = this.child_;
    if (!child) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    killGroup(child);
    if (child.exitCode === null && child.signalCode === null) await ended;
    running.delete(child);
    this.child_ = undefined;
  }

  async stop(): Promise<void> {
    await this.kill();
    if (!process.env.FLORIN_KEEP) rmSync(this.folder_, { recursive: true, force: true });
  }

  get console(): string {
    return `${this.endpoints.api}/console/`;
  }

  // A call with the tenant's secret key, as a merchant's server makes it.
  async call<Answer>(method: string, request: object): Promise<Answer> {
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.endpoints.secret_key}`, "idempotency-key": `e2e-${this.keys_++}` };
    const answer = await fetch(`${this.endpoints.api}/florin.${method}`, { method: "POST", headers, body: JSON.stringify(request) });
    const body = (await answer.json()) as Answer;
    if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(body)}`);
    return body;
  }

  async pay(minor: number, more: object = {}): Promise<Payment> {
    const request = { amount: { currency: "USD", minor: String(minor) }, paymentMethod: { token: "tok_success" }, confirm: true, ...more };
    return (await this.call<{ payment: Payment }>("payments.v1.PaymentService/CreatePayment", request)).payment;
  }

  async payment(id: string): Promise<Payment> {
    return (await this.call<{ payment: Payment }>("payments.v1.PaymentService/GetPayment", { paymentId: id })).payment;
  }
}
