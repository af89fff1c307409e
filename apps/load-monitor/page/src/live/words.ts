import { computed } from "@preact/signals";
import { formatIn } from "../text/format.ts";
import { language, languages } from "./settings.ts";

/** The texts of the language that is chosen. */
export const text = computed(() => languages[language.value]);
/** How figures are written in it. */
export const format = computed(() => formatIn(text.value));
