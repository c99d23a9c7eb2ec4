import { ref, type Ref } from "vue";

// Which columns of a list are hidden, kept for this browser.
export function useColumns(list: string, hiddenAtFirst: string[]): { hidden: Ref<string[]>; toggle: (key: string) => void } {
  const place = `florin.columns.${list}`;
  const hidden = ref(read());

  function read(): string[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "null");
      return Array.isArray(kept) && kept.every((key) => typeof key === "string") ? kept : hiddenAtFirst;
    } catch {
      return hiddenAtFirst;
    }
  }
  function toggle(key: string) {
    hidden.value = hidden.value.includes(key) ? hidden.value.filter((one) => one !== key) : [...hidden.value, key];
    try {
      localStorage.setItem(place, JSON.stringify(hidden.value));
    } catch {
      // Kept until the page is left, then.
    }
  }
  return { hidden, toggle };
}
