import { errorsPage } from "./errors-page.ts";
import { optionsPage } from "./options-page.ts";
import { protocolPage } from "./protocol-page.ts";

/** The pages that are made of the schemas, by their path below the root. */
export const generatedPages: ReadonlyMap<string, string> = new Map([
  ["docs/errors.md", errorsPage()],
  ["docs/options.md", optionsPage()],
  ["docs/protocol.md", protocolPage()],
]);

/** Where the repository begins. */
export const rootUrl = new URL("../../../", import.meta.url);
