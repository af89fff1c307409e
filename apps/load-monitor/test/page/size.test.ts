import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readPage } from "../../src/http/static-page.ts";
import { buildPage } from "../../src/page-build.ts";

const PAGE_MAX_BYTES = 120_000;

test("the whole page is at most 120 kB, gzipped, and asks nobody else for anything", async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), "mutirao-page-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const built = join(folder, "dist");
  await buildPage(built);
  const files = readPage(built);
  const names = files.map(({ path }) => path.replace(/-[\w-]{8}\./, "-HASH."));
  expect(names.toSorted()).toStrictEqual(["/", "/assets/index-HASH.css", "/assets/index-HASH.js", "/favicon.svg"]);
  const bytes = files.reduce((sum, { body }) => sum + gzipSync(body).length, 0);
  expect(bytes).toBeLessThanOrEqual(PAGE_MAX_BYTES);
  const html = readFileSync(join(built, "index.html"), "utf8");
  expect(html).not.toMatch(/style=|<script>|https?:/);
  expect(readdirSync(folder)).toStrictEqual(["dist"]);
});
