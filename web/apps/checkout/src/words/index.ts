// Which language the page speaks. Each is a file of its own, loaded when it is needed.
import { inject, type InjectionKey, type ShallowRef } from "vue";
import { formatLocale } from "../format";
import type { en } from "./en";

export type Key = keyof typeof en;
export type Words = Record<Key, string>;

export const languages = { en: "English", de: "Deutsch", es: "Español", ar: "العربية", hi: "हिन्दी" } as const;
export type Language = keyof typeof languages;

const files: Record<Language, () => Promise<Words>> = {
  en: async () => (await import("./en")).en,
  de: async () => (await import("./de")).de,
  es: async () => (await import("./es")).es,
  ar: async () => (await import("./ar")).ar,
  hi: async () => (await import("./hi")).hi,
};

export const isLanguage = (tag: string | undefined): tag is Language => tag !== undefined && Object.hasOwn(files, tag);

// The first of the browser's languages that there is, else English.
export function browserLanguage(preferred: readonly string[]): Language {
  return preferred.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

export interface Speech {
  language: Language;
  // For Intl: "en-GB".
  locale: string;
  words: Words;
}

export async function speak(language: Language, preferred: readonly string[]): Promise<Speech> {
  return { language, locale: formatLocale(language, preferred), words: await files[language]() };
}

// Puts values into the places that the words keep for them: "Pay {amount}".
export function fill(words: string, values: Record<string, string>): string {
  return words.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

export const speechKey: InjectionKey<ShallowRef<Speech>> = Symbol("speech");

// For components: `say("pay_button", {amount})` in the language of the moment.
export function useWords() {
  const speech = inject(speechKey)!;
  const say = (key: Key, values: Record<string, string> = {}) => fill(speech.value.words[key], values);
  return { speech, say };
}
