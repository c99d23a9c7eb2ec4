// What a person set for this browser. Nothing here is worth keeping on a server.
import { isZone, localZone } from "@florin/api";
import { reactive, watch } from "vue";

export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "comfortable";

export interface Preferences {
  theme: Theme;
  density: Density;
  zone: string;
}

const place = "florin.preferences";

function read(): Preferences {
  const fresh: Preferences = { theme: "system", density: "compact", zone: localZone() };
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "{}") as Partial<Preferences>;
    if (kept.theme === "light" || kept.theme === "dark") fresh.theme = kept.theme;
    if (kept.density === "comfortable") fresh.density = kept.density;
    if (typeof kept.zone === "string" && isZone(kept.zone)) fresh.zone = kept.zone;
  } catch {
    // Storage that is closed or spoiled: the defaults do.
  }
  return fresh;
}

function show(preferences: Preferences): void {
  const root = document.documentElement;
  if (preferences.theme === "system") root.removeAttribute("data-theme");
  else root.dataset.theme = preferences.theme;
  root.dataset.density = preferences.density;
}

// One object for the whole app; changes are shown and kept at once.
export function makePreferences(): Preferences {
  const preferences = reactive(read());
  show(preferences);
  watch(preferences, (changed) => {
    show(changed);
    try {
      localStorage.setItem(place, JSON.stringify(changed));
    } catch {
      // As above.
    }
  });
  return preferences;
}
