// Who is signed in, and for which merchant they look.
import { createClient, toProblem, type Problem, type Transport } from "@florin/api";
import { OperatorService, type GetCurrentOperatorResponse, type Operator, type OperatorAccess } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { Environment } from "@florin/api/gen/florin/tenants/v1/tenants_pb";
import { computed, reactive, ref, type ComputedRef, type Ref } from "vue";

export type SessionState =
  // Not asked yet.
  | "unknown"
  | "in"
  | "out"
  // Was signed in, and the server no longer knows it: sign in again over the page.
  | "ended"
  // The first question was not answered.
  | "unreachable";

const place = "florin.tenant";

// The place at which the operator works: a merchant, or the platform.
export interface Place {
  tenantId: string;
  name: string;
  environment: Environment;
  permissions: ReadonlySet<string>;
}

export class Session {
  readonly state: Ref<SessionState> = ref("unknown");
  readonly problem: Ref<Problem | undefined> = ref();
  readonly operator: Ref<Operator | undefined> = ref();
  readonly places: Place[] = reactive([]);
  readonly place: ComputedRef<Place | undefined>;
  readonly atPlatform: ComputedRef<boolean>;
  private readonly tenantId_ = ref(readKept());
  // Called when everything that was read belongs to somebody else.
  onForget: () => void = () => {};
  // Called when the same operator is back.
  onReturn: () => void = () => {};

  constructor(private readonly transport_: () => Transport) {
    this.place = computed(() => this.places.find((one) => one.tenantId === this.tenantId_.value) ?? this.places.find((one) => one.tenantId) ?? this.places[0]);
    this.atPlatform = computed(() => this.place.value?.tenantId === "");
  }

  client() {
    return createClient(OperatorService, this.transport_());
  }

  // Asks the server who is signed in; after each sign-in too.
  async load(): Promise<void> {
    try {
      this.take_(await this.client().getCurrentOperator({}));
    } catch (error) {
      const problem = toProblem(error);
      this.problem.value = problem;
      if (problem.treatment === "sign_in") this.state.value = "out";
      else if (this.state.value === "unknown") this.state.value = "unreachable";
      else throw error;
    }
  }

  choose(tenantId: string): void {
    this.tenantId_.value = tenantId;
    try {
      localStorage.setItem(place, tenantId);
    } catch {
      // Kept until the tab closes, then.
    }
  }

  can(permission: string): boolean {
    return this.place.value?.permissions.has(permission) ?? false;
  }

  // The server said that it does not know the session.
  lost(): void {
    if (this.state.value === "in") this.state.value = "ended";
  }

  async signOut(everywhere: boolean): Promise<void> {
    const client = this.client();
    if (everywhere) await client.signOutEverywhere({});
    else await client.signOut({});
    this.state.value = "out";
    this.operator.value = undefined;
    this.onForget();
  }

  private take_(answer: GetCurrentOperatorResponse): void {
    const another = this.operator.value && this.operator.value.id !== answer.operator?.id;
    const back = this.state.value === "ended";
    if (another) this.onForget();
    this.operator.value = answer.operator;
    this.places.splice(0, this.places.length, ...answer.access.map(toPlace));
    this.problem.value = undefined;
    this.state.value = "in";
    if (back && !another) this.onReturn();
  }
}

function toPlace(access: OperatorAccess): Place {
  return {
    tenantId: access.tenantId,
    name: access.tenantName,
    environment: access.environment,
    permissions: new Set(access.permissions),
  };
}

function readKept(): string | undefined {
  try {
    return localStorage.getItem(place) ?? undefined;
  } catch {
    return undefined;
  }
}

export function environmentName(place: Place): string {
  if (!place.tenantId) return "Platform";
  return place.environment === Environment.LIVE ? "Live" : "Sandbox";
}
