import { onBeforeUnmount, onMounted } from "vue";

// Whether the key is being typed into something.
export function isTyping(event: KeyboardEvent): boolean {
  const at = event.target as HTMLElement | null;
  return Boolean(at && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) || event.ctrlKey || event.metaKey || event.altKey;
}

// j and k walk the focus over the elements marked `data-row` within; Enter then opens the link as always.
export function useRowKeys(within: () => HTMLElement | null | undefined): void {
  function walk(event: KeyboardEvent) {
    const place = within();
    if (!place || isTyping(event) || (event.key !== "j" && event.key !== "k") || document.querySelector("[role=dialog]")) return;
    const rows = [...place.querySelectorAll<HTMLElement>("[data-row]")];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const next = event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0);
    rows[next]?.focus();
    event.preventDefault();
  }
  onMounted(() => document.addEventListener("keydown", walk));
  onBeforeUnmount(() => document.removeEventListener("keydown", walk));
}
