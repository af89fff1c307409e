import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { rootUrl } from "../src/pages.ts";

const PURE = [
  "primitives",
  "protocol",
  "registry",
  "transport",
  "task-store",
  "operator-api",
  "node-core",
  "monitor-model",
];

/**
 * What the compiler cannot keep out of the pure packages, because it belongs to the language: time and randomness come
 * in as arguments there. (The platform does not compile: see tooling/tsconfig/pure.json.)
 */
const BANNED = /\bMath\.random\b|\bDate\b|\bperformance\.(?:now|timeOrigin|mark)\b|\bcrypto\b/;

test.each(PURE)("%s takes its time and its randomness from its caller", (name) => {
  const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: fileURLToPath(rootUrl) });
  expect(files.length).toBeGreaterThan(0);
  const found = files.flatMap((path) =>
    readFileSync(new URL(path, rootUrl), "utf8")
      .split("\n")
      .filter((line) => BANNED.test(line) && !/^\s*(?:\*|\/[/*])/.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
