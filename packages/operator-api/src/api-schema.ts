import { z } from "zod";

/** What is said of a schema in the API's document. Those with an `id` become its named components. */
export interface ApiSchemaMeta {
  readonly id?: string;
  readonly description?: string;
  /** Real values that the schema takes. */
  readonly examples?: unknown[];
}

/** The API's own registry: the one that zod shares between all packages is nobody's to enumerate. */
export const apiSchemas = z.registry<ApiSchemaMeta>();

/** The named components, by their ids. */
export const apiComponents = new Map<string, z.ZodType>();

/** Describes a field. To be called last: whatever is chained afterwards is another schema. */
export function described<T extends z.ZodType>(schema: T, description: string): T {
  apiSchemas.add(schema, { description });
  return schema;
}

/** Makes a schema a named component of the API's document. */
export function named<T extends z.ZodType>(
  id: string,
  description: string,
  examples: readonly z.input<NoInfer<T>>[],
  schema: T,
): T {
  apiSchemas.add(schema, { id, description, examples: [...examples] });
  apiComponents.set(id, schema);
  return schema;
}
