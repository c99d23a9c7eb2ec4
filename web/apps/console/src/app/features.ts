// Every feature of the console, in the order of the side bar. A new one is its folder and its two lines here.
// Taken by name: what else a feature offers to others comes with those who use it, not with the shell.
import type { RouteRecordRaw } from "vue-router";
import { feature as audit } from "../features/audit";
import { feature as checkout } from "../features/checkout";
import { feature as health } from "../features/health";
import { feature as keys } from "../features/keys";
import { feature as ledger } from "../features/ledger";
import { feature as operators } from "../features/operators";
import { feature as overview } from "../features/overview";
import { feature as payments } from "../features/payments";
import { feature as sessions } from "../features/sessions";
import { feature as webhooks } from "../features/webhooks";
import type { NavigationItem } from "./navigation";

const features = [overview, payments, checkout, ledger, keys, webhooks, operators, audit, health, sessions];

export const routes: RouteRecordRaw[] = features.flatMap((feature) => feature.routes);
export const navigation: NavigationItem[] = features.flatMap((feature) => feature.navigation);
