import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

/** A file of the page, read once at the start: what is served cannot be anything else on the disk. */
export interface PageFile {
  /** Where it is found: `/` for `index.html`. */
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  /** Its name says what is in it, so that it never changes. */
  readonly isImmutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
};

const FILES_MAX = 200;

/** The page as it was built, or one that says that it was not. */
export function readPage(folder: string): readonly PageFile[] {
  let names: readonly string[] = [];
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in types)
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // There is no such folder.
  }
  const files = names.slice(0, FILES_MAX).map((name) => pageFile(folder, name));
  return files.some(({ path }) => path === "/") ? files : [unbuilt];
}

function pageFile(folder: string, name: string): PageFile {
  const path = `/${name.slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, "")}`;
  return {
    path: path === "/index.html" ? "/" : path,
    type: types[extname(name)] ?? "application/octet-stream",
    body: readFileSync(name),
    isImmutable: path.startsWith("/assets/"),
  };
}

const unbuilt: PageFile = {
  path: "/",
  type: "text/html; charset=utf-8",
  isImmutable: false,
  body: Buffer.from(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Load monitor</title>
<h1>Load monitor</h1>
<p>The page is not built. The figures are at <a href="/api/snapshot">/api/snapshot</a>, the API at
<a href="/openapi.json">/openapi.json</a>, and what is for Prometheus at <a href="/metrics">/metrics</a>.</p>
</html>
`),
};

/**
 * What a page from here may do: run our own scripts and styles, and read from here. Ids and texts come from whoever sends
 * reports; should one of them ever end up as markup, it can run nothing and call on nobody.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
