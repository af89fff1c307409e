import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

/** A browser of this machine; `undefined`: there is none. */
export const browserPath = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path !== undefined && existsSync(path),
);

const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** A browser with nothing in it, which is gone when it is disposed. */
export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext;
}

export interface BrowserLook {
  readonly locale?: string;
  readonly colorScheme?: "light" | "dark";
}

export async function openBrowser({ locale = "en-US", colorScheme = "light" }: BrowserLook = {}): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), "mutirao-browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: browserPath ?? "",
    args: flags,
    locale,
    colorScheme,
    viewport: { width: 1_440, height: 900 },
    timezoneId: "America/Sao_Paulo",
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
