import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorTables } from "../src/errors-page.ts";
import { generatedPages, rootUrl } from "../src/pages.ts";

const root = fileURLToPath(rootUrl);

test.each([...generatedPages])("%s is what the schemas say (pnpm fix writes it)", (path, text) => {
  expect(readFileSync(new URL(path, rootUrl), "utf8")).toBe(text);
});

test("no error code is in two tables, except that a line's framing is told by both the wire and the transport", () => {
  const codes = errorTables.flatMap(({ errors }) => Object.keys(errors));
  expect(codes).toEqual([...new Set(codes)]);
});

test("every code in the sources is in docs/errors.md, and every code there is in the sources", () => {
  const sources = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root });
  expect(sources.length).toBeGreaterThan(40);
  const inSources = new Set(sources.flatMap((path) => codesIn(readFileSync(new URL(path, rootUrl), "utf8"))));
  const inDocs = new Set(codesIn(generatedPages.get("docs/errors.md") ?? ""));
  // Node's own codes are mentioned where they are translated into ours.
  const unknown = [...inSources].filter((code) => !inDocs.has(code) && !/^ERR_(?:SOCKET|HTTP|INVALID)_/.test(code));
  expect(unknown).toEqual([]);
  expect([...inDocs].filter((code) => !inSources.has(code))).toEqual([]);
});

const codesIn = (text: string): string[] => text.match(/\b(?:ERR|LEND)_[A-Z\d_]+\b/g) ?? [];

test("links between the pages lead somewhere", () => {
  const pages = globSync(["*.md", "docs/*.md"], { cwd: root });
  const broken = pages.flatMap((page) => {
    const text = readFileSync(new URL(page, rootUrl), "utf8");
    return [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => globSync(target, { cwd: fileURLToPath(new URL(".", new URL(page, rootUrl))) }).length === 0)
      .map((target) => `${page} -> ${target}`);
  });
  expect(broken).toEqual([]);
});
