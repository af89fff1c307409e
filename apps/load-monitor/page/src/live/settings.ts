import { effect, signal } from "@preact/signals";
import { en } from "../text/en.ts";
import { ptBr } from "../text/pt-br.ts";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
export const languages = { en, "pt-BR": ptBr } as const;
export type Language = keyof typeof languages;

const isTheme = (text: string | null): text is Theme => themes.some((theme) => theme === text);
const isLanguage = (text: string | null): text is Language => text !== null && text in languages;

/** A browser may refuse to keep anything: then the choice lasts as long as the page. */
function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // See above.
  }
}

function firstLanguage(): Language {
  const chosen = kept("language");
  if (isLanguage(chosen)) return chosen;
  return navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
}

const keptTheme = kept("theme");
export const theme = signal<Theme>(isTheme(keptTheme) ? keptTheme : "system");
export const language = signal<Language>(firstLanguage());

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
/** Whether the page is dark now. */
export const isDark = signal(false);

/** Keeps the document as the settings say. */
export function applySettings(): void {
  const look = (): void => {
    isDark.value = theme.value === "dark" || (theme.value === "system" && systemIsDark.matches);
    document.documentElement.dataset["theme"] = isDark.value ? "dark" : "light";
  };
  systemIsDark.addEventListener("change", look);
  effect(look);
  effect(() => {
    document.documentElement.lang = language.value;
    document.title = languages[language.value].title;
  });
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  keep("theme", chosen);
}

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  keep("language", chosen);
}
