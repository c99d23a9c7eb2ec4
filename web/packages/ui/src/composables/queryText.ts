import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

// One value of the address's query, as text; empty where it is not there. Setting it goes back to the first page.
export function useQueryText(name: string): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => (typeof route.query[name] === "string" ? route.query[name] : ""),
    set: (value) => void router.replace({ query: { ...route.query, [name]: value || undefined, page: undefined, from: undefined } }),
  });
}
