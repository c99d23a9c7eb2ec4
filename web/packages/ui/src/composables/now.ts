import { onScopeDispose, ref, type Ref } from "vue";

const stepMs = 15_000;
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const now = ref(new Date());

// The present, for "3 minutes ago". One timer for all who watch, none when nobody does.
export function useNow(): Readonly<Ref<Date>> {
  if (watchers++ === 0) {
    now.value = new Date();
    timer = setInterval(() => (now.value = new Date()), stepMs);
  }
  onScopeDispose(() => {
    if (--watchers === 0) clearInterval(timer);
  });
  return now;
}
