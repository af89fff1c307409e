import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test as base, type Processes } from "@mutirao/process-tests";
import axe, { type AxeResults } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { type Browser, type BrowserLook, browserPath, openBrowser } from "./support/chromium.ts";
import { startMonitor } from "./support/monitor-under-test.ts";
import { createStory, type StoryOptions } from "./support/story.ts";

/** How long anything may take to be seen. Not a claim about speed: it only turns a hang into a failure. */
const HANG_GUARD_MS = 60_000;
const shotFolder = process.env["MUTIRAO_SCREENSHOTS"];

interface Stage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly monitor: Awaited<ReturnType<typeof startMonitor>>;
  readonly story: ReturnType<typeof createStory>;
}

type SetStage = (processes: Processes, look?: BrowserLook, options?: StoryOptions) => Promise<Stage>;

/** A test with a browser that looks at a monitor. */
const test = base.extend("setStage", async ({ signal: _signal }, { onCleanup }): Promise<SetStage> => {
  const browsers: Browser[] = [];
  onCleanup(async () => {
    for (const browser of browsers) await browser[Symbol.asyncDispose]();
  });
  return async (processes, look, options) => {
    const monitor = await startMonitor(processes, "--data-dir", await processes.newFolder());
    const browser = await openBrowser(look);
    browsers.push(browser);
    const page = await browser.context.newPage();
    page.setDefaultTimeout(HANG_GUARD_MS);
    const story = createStory(monitor.at, options);
    return { page, context: browser.context, monitor, story };
  };
});

const open = ({ page, monitor }: Stage) => page.goto(`http://${monitor.http}/`);

/** Tells the burst from its beginning to the loan, while the page looks on. */
async function tellBurst({ story, page }: Stage): Promise<void> {
  await story.tell("calm");
  await page.locator('[data-worker="bravo-w3"][data-place="bravo"]').waitFor();
  await story.tell("burst");
  await page.locator('[data-loan="loan-1"]').waitFor();
  await story.tell("lent");
  await page.locator('[data-worker="bravo-w3"][data-place="alfa"]').waitFor();
}

describe.skipIf(browserPath === undefined)("the page in a browser", () => {
  test("shows the burst as a loan on the topology, in the conversation and on the charts", async ({
    processes,
    setStage,
  }) => {
    const stage = await setStage(processes);
    const { page, story } = stage;
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await open(stage);
    await page.getByText("No master has reported yet").first().waitFor();
    await tellBurst(stage);

    await page.getByRole("img", { name: /bravo-w3 of bravo is on loan to alfa, 1 min left/ }).waitFor();
    expect(await page.locator(".dots .dot.is-borrowed").count()).toBe(1);

    const messages = page.locator("#conversation .message > button");
    expect(await messages.locator(".unseen").allTextContents()).toStrictEqual([
      "alfa to charlie: WORKER_REQUEST, 2 workers, backlog 42 > 10",
      "charlie to alfa: UNAVAILABLE, 0 workers, near its own high mark",
      "alfa to bravo: WORKER_REQUEST, 2 workers, backlog 42 > 10",
      "bravo to alfa: AVAILABLE, 1 worker, 1 of 3 idle",
      "bravo to bravo-w3: REDIRECT, lent to alfa",
    ]);
    await messages.nth(3).click();
    const wire = '{"SERVER_UUID":"bravo","RESPONSE":"AVAILABLE","WORKERS_UUID":["bravo-w3"]}';
    expect(await page.locator("#conversation .wire").textContent()).toBe(wire);
    await page.getByText(`${wire.length} bytes and a newline`).waitFor();
    await page.getByText("told by bravo, alfa").or(page.getByText("told by alfa, bravo")).waitFor();

    await page.getByRole("button", { name: "alfa", exact: true }).first().click();
    const workers = page.locator("#master figure", { hasText: "borrowed" });
    await workers.getByText("borrowed 1").waitFor();
    expect(await workers.locator("canvas").count()).toBe(1);
    await page.locator("#master").getByText("because of backlog, estimated wait").waitFor();

    await story.tell("home");
    await page.locator('[data-worker="bravo-w3"][data-place="bravo"]').waitFor();
    // Whoever reads a message is not disturbed by new ones.
    expect(await page.locator("#conversation .wire").textContent()).toBe(wire);
    await page.getByRole("button", { name: "Show 3 newer messages" }).click();
    await page.locator('[data-loan="loan-1"]').waitFor({ state: "detached" });
    await page.getByRole("button", { name: /alfa to bravo-w3: RETURN/ }).waitFor();
    expect(problems).toStrictEqual([]);
  });

  test("greys out what is old, and says so when the monitor cannot be heard", async ({ processes, setStage }) => {
    const stage = await setStage(processes, {}, { intervalMs: 1_000 });
    const { page, story, monitor } = stage;
    await open(stage);
    await story.tell("calm");
    await story.tellOf("calm", ["alfa", "bravo"]);
    await page.locator('tr.is-stale:has-text("charlie")').waitFor();
    await page.locator('.master.is-stale [data-master="charlie"]').waitFor();
    await monitor.kill();
    await page.getByText("The connection to the monitor is lost").waitFor();
    await page.locator('tr.is-stale:has-text("alfa")').waitFor();
  });

  test("says that the monitor itself is cut off", async ({ processes, setStage }) => {
    const stage = await setStage(processes, {}, { intervalMs: 1_000 });
    await open(stage);
    await stage.story.tell("calm");
    await stage.story.tell("calm");
    await stage.page.getByText("The monitor itself seems to be cut off").waitFor();
  });

  test("speaks the browser's language, and the one that is chosen from then on", async ({ processes, setStage }) => {
    const stage = await setStage(processes, { locale: "pt-BR" });
    const { page, story } = stage;
    await open(stage);
    await story.tell("calm");
    await page.getByRole("heading", { name: "Topologia" }).waitFor();
    expect(await page.evaluate("document.documentElement.lang")).toBe("pt-BR");
    await page.getByLabel("Idioma").selectOption("en");
    await page.getByRole("heading", { name: "Topology" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Topology" }).waitFor();
    expect(await page.title()).toBe("Load monitor");
  });

  test("can be used with the keyboard alone", async ({ processes, setStage }) => {
    const stage = await setStage(processes);
    const { page } = stage;
    await open(stage);
    await tellBurst(stage);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("content");
    await page.locator('[data-master="alfa"]').focus();
    const focused = () => page.evaluate<string | null>("document.activeElement.getAttribute('data-master')");
    for (const key of ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"]) await page.keyboard.press(key);
    const reached = await focused();
    expect(["alfa", "bravo", "charlie"]).toContain(reached);
    await page.keyboard.press("Enter");
    await page.locator(`#master .one-id:text-is("${reached}")`).waitFor();
    // One stop for the whole topology: the next Tab leaves it.
    expect(await page.locator('[data-master][tabindex="0"]').count()).toBe(1);
    await page.locator("#conversation .message > button").first().focus();
    await page.keyboard.press("Enter");
    await page.locator("#conversation .wire").waitFor();
  });

  test("never takes what strangers say for markup", async ({ processes, setStage }) => {
    const evil = '<img src=x onerror="document.title=1">';
    const stage = await setStage(processes, {}, { foreign: [evil] });
    const { page, story } = stage;
    await open(stage);
    await story.tell("calm");
    await page.getByRole("button", { name: evil, exact: true }).first().click();
    await page.locator(".one-id", { hasText: evil }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe("Load monitor");
  });

  test("filters notices, and looks into the past for them", async ({ processes, setStage }) => {
    const stage = await setStage(processes);
    const { page } = stage;
    await open(stage);
    await tellBurst(stage);
    const notices = page.locator("#notices");
    await notices.getByRole("searchbox").fill("loan-begun");
    await notices.getByText("The last 24 hours are searched too.").waitFor();
    expect(await notices.locator(".notice").count()).toBe(1);
    await notices.getByText("loan of bravo-w3: bravo → alfa").click();
    await notices.locator("pre", { hasText: '"borrower": "alfa"' }).waitFor();
    await notices.getByRole("searchbox").fill("no such thing");
    await notices.getByText("No notice is like that.").waitFor();
  });

  test("shows where two masters see their peers differently, and the cluster with one's eyes", async ({
    processes,
    setStage,
  }) => {
    const stage = await setStage(processes);
    const { page } = stage;
    await open(stage);
    await tellBurst(stage);
    const views = page.locator("#views");
    await views.getByLabel("One master").selectOption("alfa");
    await views.getByLabel("Another").selectOption("charlie");
    await views.getByText("They differ on 1 peer.").waitFor();
    await page.locator("#topology").getByLabel("As seen by").selectOption("charlie");
    await page.locator('.master.seen-TIMEOUT [data-master="bravo"]').waitFor();
  });

  test.for(["light", "dark"] as const)(
    "has no violation that axe-core finds, %s",
    async (theme, { processes, setStage }) => {
      const stage = await setStage(processes, { colorScheme: theme }, { foreign: ["equipe-7"] });
      const { page } = stage;
      await open(stage);
      await page.getByText("No master has reported yet").first().waitFor();
      expect(await violationsIn(page)).toStrictEqual([]);
      await tellBurst(stage);
      await page.locator("#conversation .message > button").first().click();
      await page.locator("#notices summary").first().click();
      expect(await violationsIn(page)).toStrictEqual([]);
      await page.setViewportSize({ width: 360, height: 780 });
      expect(await violationsIn(page)).toStrictEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    },
  );

  test.runIf(shotFolder !== undefined)("is photographed", async ({ processes, setStage }) => {
    const folder = shotFolder ?? "";
    await mkdir(folder, { recursive: true });
    const stage = await setStage(processes, {}, { foreign: ["equipe-7"] });
    const { page, story } = stage;
    await open(stage);
    for (const chapter of ["calm", "calm", "burst", "lent", "lent"] as const) await story.tell(chapter);
    await page.locator('[data-worker="bravo-w3"][data-place="alfa"]').waitFor();
    await page.getByRole("button", { name: "alfa", exact: true }).first().click();
    for (const theme of ["light", "dark"] as const) {
      await page.getByLabel("Theme").selectOption(theme);
      for (const [width, height] of [
        [360, 780],
        [1_440, 900],
        [3_840, 2_160],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.locator("#master canvas").first().waitFor();
        await page.screenshot({
          path: join(folder, `${theme}-${width}.png`),
          animations: "disabled",
          fullPage: width === 360,
        });
      }
    }
  });
});

/** What axe-core has to say against the page as it is. */
async function violationsIn(page: Page): Promise<readonly string[]> {
  // The page lets nothing be added to it, so axe comes in through the debugger.
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary}`),
  );
}
