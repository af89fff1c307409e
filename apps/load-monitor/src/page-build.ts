import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const pageRoot = join(dirname(fileURLToPath(import.meta.url)), "../page");

/** Where the page is built to. */
export const pageFolder = join(pageRoot, "dist");

/**
 * Whether there is a page to be built: its sources are here, and younger than what was made of them. What is published
 * has no sources, only what was made.
 */
export function isPageDue(): boolean {
  const sources = ["index.html", "public", "src"].map((name) => join(pageRoot, name));
  if (!sources.every((source) => existsSync(source))) return false;
  const built = join(pageFolder, "index.html");
  return !existsSync(built) || Math.max(...sources.map(youngestIn)) > statSync(built).mtimeMs;
}

function youngestIn(path: string): number {
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(own.mtimeMs, ...readdirSync(path).map((name) => youngestIn(join(path, name))));
}

/**
 * Builds the page. It is made beside its place and moved there when it is whole, since several monitors may be started at
 * once in a fresh clone; whichever is moved last stays. Rejects with what the bundler says.
 */
export async function buildPage(folder: string = pageFolder): Promise<void> {
  // Takes a third of a second to load, and is needed once.
  const { build } = await import("vite");
  const made = `${folder}-${process.pid}`;
  try {
    await build({
      root: pageRoot,
      configFile: false,
      logLevel: "error",
      oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
      build: { outDir: made, emptyOutDir: true, target: "es2023", assetsInlineLimit: 0, modulePreload: false },
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}
