import { describe, expect, test } from "vitest";
import { apiComponents } from "../src/api-schema.ts";
import { apiRoutes, openApiDocument } from "../src/index.ts";
import { monitorDocument, monitorRoutes } from "../src/monitor/index.ts";

type Json = Readonly<Record<string, unknown>>;

type Document = Json & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
};

const asReceived = (document: object): Document => JSON.parse(JSON.stringify(document)) as Document;

const apis = [
  {
    name: "master",
    document: asReceived(openApiDocument()),
    routes: apiRoutes,
    excerpt: {
      NewTask: {
        required: ["type", "payload"],
        additionalProperties: false,
        properties: {
          timeoutMs: { default: 60_000, minimum: 1, description: expect.stringContaining("milliseconds") },
        },
      },
    },
    closedSchemas: ["BorrowOrder", "DrainOrder", "LendOrder", "NewTask", "ReclaimOrder"],
  },
  {
    name: "load monitor",
    document: asReceived(monitorDocument()),
    routes: monitorRoutes,
    excerpt: {
      MonitoredMaster: { properties: { backlog: { description: "Tasks that wait." } } },
      MonitorDelta: { properties: { masters: { items: { $ref: "#/components/schemas/MonitoredMaster" } } } },
    },
    closedSchemas: [],
  },
];

/** Every object within a value, with the way to it. */
function* objectsIn(value: unknown, way = "#"): Generator<{ readonly way: string; readonly object: Json }> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield { way, object: value as Json };
  for (const [key, part] of Object.entries(value)) yield* objectsIn(part, `${way}/${key}`);
}

function resolve(document: Document, ref: string): unknown {
  expect(ref).toMatch(/^#\//);
  return ref
    .slice(2)
    .split("/")
    .reduce<unknown>((value, key) => (value as Json | undefined)?.[key], document);
}

describe.each(apis)("the OpenAPI document of the $name", ({ document, routes, excerpt, closedSchemas }) => {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

  test("is of version 3.1, with a title and a version", () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d$/),
      info: { title: expect.any(String), version: expect.any(String) },
    });
  });

  test("every $ref resolves", () => {
    const refs = [...objectsIn(document)].flatMap(({ object }) =>
      typeof object["$ref"] === "string" ? [object["$ref"]] : [],
    );
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter((ref) => typeof resolve(document, ref) !== "object")).toStrictEqual([]);
  });

  test("has exactly the routes of the table", () => {
    const listed = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const table = Object.values(routes).map(({ path, method }) => `${method} ${path}`);
    expect(listed.toSorted()).toStrictEqual(table.toSorted());
    expect(new Set(table).size).toBe(table.length);
  });

  test("every operation has a name of its own, and an answer", () => {
    const names = operations.map(({ operation }) => operation["operationId"]);
    expect(new Set(names)).toStrictEqual(new Set(Object.keys(routes)));
    for (const { operation } of operations) {
      const statuses = Object.keys(operation["responses"] as Json);
      expect(statuses.every((status) => /^[2345]\d\d$|^default$/.test(status))).toBe(true);
      expect(statuses.some((status) => status.startsWith("2"))).toBe(true);
    }
  });

  test("every parameter of a path is described, and no other", () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = operation["parameters"] as readonly Json[];
      const described = parameters.filter((parameter) => parameter["in"] === "path");
      expect(described.map(({ name }) => name)).toStrictEqual(inPath);
      expect(described.every(({ required }) => required === true)).toBe(true);
    }
  });

  test("no dialect, id or description is lost or doubled on the way", () => {
    const nested = [...objectsIn(document)].filter(({ object }) => "$schema" in object || "$id" in object);
    expect(nested.map(({ way }) => way)).toStrictEqual([]);
    expect(document.components.schemas).toMatchObject(excerpt);
  });

  test("what is answered may grow: a client is told to expect fields that it does not know", () => {
    const closed = Object.entries(document.components.schemas).filter(
      ([, schema]) => schema["additionalProperties"] === false,
    );
    expect(closed.map(([id]) => id).toSorted()).toStrictEqual(closedSchemas);
  });
});

test("a body that may be left out is not required, and every other is", () => {
  const required = Object.entries(asReceived(openApiDocument()).paths).flatMap(([path, item]) => {
    const body = item["post"]?.["requestBody"] as Json | undefined;
    return body === undefined ? [] : [[path, body["required"]]];
  });
  expect(Object.fromEntries(required)).toMatchObject({ "/drain": false, "/tasks": true, "/loans:borrow": true });
});

describe.each(apis)("the examples of the $name", ({ document }) => {
  const schemas = Object.keys(document.components.schemas);

  test.each(schemas)("%s has a description and examples, and takes them", (id) => {
    const { description, examples } = document.components.schemas[id] as Json & { examples: readonly unknown[] };
    expect(description).toMatch(/\.$/);
    expect(examples.length).toBeGreaterThan(0);
    const schema = apiComponents.get(id);
    for (const example of examples) expect(schema?.safeParse(example)).toMatchObject({ success: true });
  });
});
