import { onScopeDispose, ref, type Ref } from "vue";

// Whether the side bar has no room: the `md` breakpoint of the tokens.
export function useNarrowShell(): Readonly<Ref<boolean>> {
  const query = window.matchMedia("(width < 58rem)");
  const narrow = ref(query.matches);
  const follow = () => (narrow.value = query.matches);
  query.addEventListener("change", follow);
  onScopeDispose(() => query.removeEventListener("change", follow));
  return narrow;
}
