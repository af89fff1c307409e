import type { z } from "zod";

/** What a route reads or answers: JSON by a schema, or text of some other type. */
export type ApiContent =
  | { readonly mediaType: "application/json" | "application/x-ndjson"; readonly schema: z.ZodType }
  | { readonly mediaType: "text/plain" | "text/html" | "text/event-stream" };

export interface ApiAnswer {
  readonly description: string;
  readonly content: ApiContent;
}

/** One route of the master's API: what it takes, and what it answers. */
export interface ApiRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** As in OpenAPI: `/tasks/{id}`. */
  readonly path: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly body?: ApiContent;
  readonly isBodyOptional?: true;
  /** Of NDJSON, the schema is that of one line. */
  readonly answers: Readonly<Record<number, ApiAnswer>>;
  /** The statuses with which it may refuse, beyond those of every route. */
  readonly refusals: readonly number[];
}
