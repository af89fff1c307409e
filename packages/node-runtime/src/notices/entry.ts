import type { Notice } from "@mutirao/node-core";

/** A notice in the words of a log: its level, its sentence, and its figures. Foreign text in it is made safe. */
export interface Entry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
  /** Whose doing it is; entries are rationed per notice and source. */
  readonly source: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** How each kind of notice is told; `undefined` for one that is no news to a log. */
export type Entries<Kind extends Notice["kind"]> = {
  readonly [K in Kind]: (notice: Extract<Notice, { readonly kind: K }>) => Entry | undefined;
};
