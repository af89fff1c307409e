import { z } from "zod";
import type { ApiContent, ApiRoute } from "./api-route.ts";
import { apiSchemas } from "./api-schema.ts";
import { problemSchema } from "./schemas/problem.ts";

type Json = Readonly<Record<string, unknown>>;

const refTo = (id: string): string => `#/components/schemas/${id}`;

const schemaOptions = {
  metadata: apiSchemas,
  // What is typed and what is answered differ in defaults only, and those are typed.
  io: "input",
  uri: refTo,
  override({ jsonSchema }: { jsonSchema: Record<string, unknown> }) {
    delete jsonSchema["id"];
    // The pattern of a time of day fills half a screen, and says what the format says.
    if (jsonSchema["format"] === "date-time") delete jsonSchema["pattern"];
  },
} as const;

/** A schema within the document, which says once for all of them which dialect they are in. */
function embedded(schema: Json): Json {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  return rest;
}

/** What an API says of itself. */
export interface ApiInfo {
  readonly title: string;
  /** The API's own: it changes when what is promised to scripts changes. */
  readonly version: string;
  readonly description: string;
}

/**
 * An API as an OpenAPI 3.1 document, made of the schemas and of the table of routes.
 *
 * @param alsoNamed components that no route refers to, as what a stream of events carries.
 */
export function describeApi(
  info: ApiInfo,
  routes: Readonly<Record<string, ApiRoute>>,
  alsoNamed: readonly string[] = [],
): object {
  const items = paths(routes);
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: { ...info, license: { name: "MIT", identifier: "MIT" } },
    paths: items,
    components: { schemas: componentsFor([items, alsoNamed.map((id) => ({ $ref: refTo(id) }))]) },
  };
}

function paths(routes: Readonly<Record<string, ApiRoute>>): Json {
  const items: Record<string, Json> = {};
  for (const [operation, route] of Object.entries(routes)) {
    const described = { [route.method.toLowerCase()]: describeRoute(operation, route) };
    items[route.path] = { ...items[route.path], ...described };
  }
  return items;
}

function describeRoute(operation: string, route: ApiRoute): Json {
  const { summary, description, body, isBodyOptional } = route;
  return {
    operationId: operation,
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: isBodyOptional !== true, content: describeContent(body) } }),
    responses: responses(route),
  };
}

function pathParameters({ path }: ApiRoute): readonly Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters({ query }: ApiRoute): readonly Json[] {
  if (query === undefined) return [];
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = toJsonSchema(schema);
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: "query", required, description, schema: rest };
  });
}

function responses({ answers, refusals }: ApiRoute): Json {
  const answered = Object.entries(answers).map(([status, { description, content }]) => [
    status,
    { description, content: describeContent(content) },
  ]);
  const refused = refusals.map((status) => [`${status}`, refusal(reasons[status] ?? "Refused.", status)]);
  return Object.fromEntries([...answered, ...refused, ["default", refusal("Any other refusal.")]]);
}

/** What the statuses of refusals mean, in a few words. */
const reasons: Readonly<Record<number, string>> = {
  400: "The body cannot be read.",
  404: "There is nothing by that name.",
  409: "As things stand that cannot be done.",
  413: "The body is too large.",
  415: "The body is of a type that is not read here.",
  422: "A field is wrong; `field` names it.",
  503: "Not now; the header `Retry-After` says when to ask again.",
};

const retryAfter = {
  "Retry-After": { description: "Seconds after which it may be worth asking again.", schema: { type: "integer" } },
} as const;

const refusal = (description: string, status?: number): Json => ({
  description,
  ...(status === 503 ? { headers: retryAfter } : {}),
  content: { "application/problem+json": { schema: toJsonSchema(problemSchema) } },
});

function describeContent(content: ApiContent): Json {
  const schema = "schema" in content ? toJsonSchema(content.schema) : { type: "string" };
  return { [content.mediaType]: { schema } };
}

/** A reference to a named component, or the schema itself. */
function toJsonSchema(schema: z.ZodType): Json {
  const id = apiSchemas.get(schema)?.id;
  return id === undefined ? inlined(schema) : { $ref: refTo(id) };
}

/** Of an unnamed schema of plain values, which is all that queries have. An optional one is what it wraps. */
function inlined(schema: z.ZodType): Json {
  const description = apiSchemas.get(schema)?.description;
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : undefined;
  const id = inner === undefined ? undefined : apiSchemas.get(inner as z.ZodType)?.id;
  const json = id === undefined ? embedded(z.toJSONSchema(schema, schemaOptions)) : { $ref: refTo(id) };
  return { ...json, ...(description === undefined ? {} : { description }) };
}

/** The named schemas that something refers to, directly or by another: two APIs share one registry. */
function componentsFor(whole: unknown): Json {
  const { schemas } = z.toJSONSchema(apiSchemas, schemaOptions);
  const wanted = new Set<string>();
  const want = (json: unknown): void => {
    for (const [, id = ""] of JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (wanted.has(id)) continue;
      wanted.add(id);
      want(schemas[id]);
    }
  };
  want(whole);
  const known = Object.entries(schemas).filter(([id]) => wanted.has(id));
  return Object.fromEntries(known.map(([id, schema]) => [id, embedded(schema)]));
}
