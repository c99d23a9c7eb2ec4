import { computed, type ComputedRef } from "vue";
import { useRoute, useRouter, type LocationQueryRaw } from "vue-router";

export interface Pages {
  // The cursor of the page shown; empty for the first.
  token: ComputedRef<string>;
  // The number of the first row on it, from 1.
  from: ComputedRef<number>;
  hasPrevious: ComputedRef<boolean>;
  first: () => void;
  previous: () => void;
  next: (nextToken: string, count: number) => void;
}

// Where each page was come to from, for the way back. A cursor only leads forward.
const before = new Map<string, { token: string; from: number }>();

// The cursor and the position stand in the address, so that a page can be kept, sent and reloaded.
export function usePages(): Pages {
  const route = useRoute();
  const router = useRouter();
  const token = computed(() => (typeof route.query.page === "string" ? route.query.page : ""));
  const from = computed(() => {
    const said = typeof route.query.from === "string" ? parseInt(route.query.from, 10) : 1;
    return token.value && said > 1 ? said : 1;
  });

  function go(page: string, row: number) {
    const query: LocationQueryRaw = { ...route.query, page: page || undefined, from: page ? String(row) : undefined };
    void router.push({ query });
  }
  return {
    token,
    from,
    hasPrevious: computed(() => token.value !== ""),
    first: () => go("", 1),
    previous() {
      const back = before.get(token.value);
      go(back?.token ?? "", back?.from ?? 1);
    },
    next(nextToken, count) {
      before.set(nextToken, { token: token.value, from: from.value });
      go(nextToken, from.value + count);
    },
  };
}
