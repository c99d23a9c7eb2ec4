import type { IconName } from "@florin/ui";
import type { RouteRecordRaw } from "vue-router";

// A page in the side bar. A feature brings its own; the shell shows what the operator may see where they work.
export interface NavigationItem {
  to: string;
  title: string;
  icon: IconName;
  group: "Money" | "Developers" | "People" | "Platform";
  at: "tenant" | "platform" | "both";
  permission: string;
  // Words under which the palette finds it too.
  words?: string;
}

// What a feature gives the shell.
export interface Feature {
  routes: RouteRecordRaw[];
  navigation: NavigationItem[];
}
