import { describe, expect, it } from "vitest";
import { browserLanguage, fill, isLanguage, languages, speak, type Key, type Language } from ".";
import { en } from "./en";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe.each(Object.keys(languages) as Language[])("%s", (language) => {
  it("says everything, and keeps the places for values", async () => {
    const { words } = await speak(language, []);
    for (const key of Object.keys(en) as Key[]) {
      expect(words[key].trim(), key).not.toBe("");
      expect(places(words[key]), key).toEqual(places(en[key]));
    }
  });
});

it("speaks the browser's first language that it knows", () => {
  expect(browserLanguage(["fr-FR", "de-AT", "en"])).toBe("de");
  expect(browserLanguage(["fr"])).toBe("en");
  expect(isLanguage("toString")).toBe(false);
});

it("fills only what it has", () => {
  expect(fill("Pay {amount} to {x}", { amount: "$1" })).toBe("Pay $1 to {x}");
});
