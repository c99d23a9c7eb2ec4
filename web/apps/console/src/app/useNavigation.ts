import { computed, type ComputedRef } from "vue";
import { useRoute } from "vue-router";
import { useConsole } from "./console";
import { navigation } from "./features";
import type { NavigationItem } from "./navigation";

export interface NavigationGroup {
  name: NavigationItem["group"];
  items: (NavigationItem & { here: boolean })[];
}

// The pages that this operator may see where they work now, by group.
export function useNavigation(): ComputedRef<NavigationGroup[]> {
  const { session } = useConsole();
  const route = useRoute();

  function shown(item: NavigationItem): boolean {
    if (item.at === "platform") return session.places.some((place) => place.tenantId === "" && place.permissions.has(item.permission));
    if (item.at === "tenant" && session.atPlatform.value) return false;
    return session.can(item.permission);
  }
  const isHere = (to: string) => (to === "/" ? route.path === "/" : route.path === to || route.path.startsWith(`${to}/`));

  return computed(() => {
    const groups: NavigationGroup[] = [];
    for (const item of navigation.filter(shown)) {
      let group = groups.find(({ name }) => name === item.group);
      if (!group) groups.push((group = { name: item.group, items: [] }));
      group.items.push({ ...item, here: isHere(item.to) });
    }
    return groups;
  });
}
