import { onScopeDispose, ref, type Ref } from "vue";

// Whether the screen is a phone's: the same bound as the `sm` breakpoint of the tokens.
export function useNarrow(): Readonly<Ref<boolean>> {
  const query = window.matchMedia("(width < 40rem)");
  const narrow = ref(query.matches);
  const follow = () => (narrow.value = query.matches);
  query.addEventListener("change", follow);
  onScopeDispose(() => query.removeEventListener("change", follow));
  return narrow;
}
