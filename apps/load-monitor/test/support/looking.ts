import { test as base } from "@mutirao/process-tests";
import type { Page } from "playwright-core";
import { type Browser, openBrowser } from "./chromium.ts";

/** How long anything may take to be seen. Not a claim about speed: it only turns a hang into a failure. */
const HANG_GUARD_MS = 60_000;

/** Opens the page of a monitor in a browser of its own. */
export type Look = (monitor: { readonly http: string }) => Promise<Page>;

/** A test with somebody who looks at the page. */
export const test = base.extend("look", async ({ signal: _signal }, { onCleanup }): Promise<Look> => {
  const browsers: Browser[] = [];
  onCleanup(async () => {
    for (const browser of browsers) await browser[Symbol.asyncDispose]();
  });
  return async ({ http }) => {
    const browser = await openBrowser();
    browsers.push(browser);
    const page = await browser.context.newPage();
    page.setDefaultTimeout(HANG_GUARD_MS);
    await page.goto(`http://${http}/`);
    return page;
  };
});
