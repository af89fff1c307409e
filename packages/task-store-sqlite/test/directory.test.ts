import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accepted, sampleTask } from "@mutirao/task-store/conformance";
import { describe, expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { ensureDirectory } from "../src/thread/files.ts";
import { storeErrorOf } from "./support/failure.ts";
import { DATABASE, LOG } from "./support/store-image.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const isPosix = process.platform !== "win32";
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("the directory of a store", () => {
  it("is made with all above it, and nobody else may look into it", () => {
    const above = temporaryDirectory();
    const directory = join(above, "a", "b", "c");
    ensureDirectory(directory);
    ensureDirectory(directory);
    expect(statSync(directory).isDirectory()).toBe(true);
    if (isPosix) expect([modeOf(join(above, "a")), modeOf(directory)]).toEqual([0o700, 0o700]);
  });

  it.runIf(isPosix)("may be a link to one, and one that is there keeps its rights", () => {
    const above = temporaryDirectory();
    mkdirSync(join(above, "real"), { mode: 0o755 });
    symlinkSync("real", join(above, "link"));
    ensureDirectory(join(above, "link"));
    expect(modeOf(join(above, "real"))).toBe(0o755);
  });

  it("that is a file, or below one, is refused", async () => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "");
    for (const directory of [file, join(file, "store")]) {
      const { code, message } = await storeErrorOf(openSqliteTaskStore({ directory }));
      expect([code, message]).toEqual(["ERR_STORE_FAILED", expect.stringMatching(/EEXIST|ENOTDIR/)]);
    }
  });

  it.runIf(process.platform === "linux")(
    "where none can be made is refused, and not tried for ever (Linux)",
    async () => {
      const { code, message } = await storeErrorOf(openSqliteTaskStore({ directory: "/proc/none/store" }));
      expect([code, message]).toEqual(["ERR_STORE_FAILED", expect.stringContaining("ENOENT")]);
    },
  );
});

describe.runIf(isPosix)("what nobody will find again is not called durable (where open files can be deleted)", () => {
  it.each([
    ["is deleted", (directory: string) => rmSync(directory, { recursive: true })],
    ["is moved away", (directory: string) => renameSync(directory, `${directory}-elsewhere`)],
    ["has lost its log", (directory: string) => rmSync(join(directory, LOG))],
    ["is put back from a copy", replaceDatabase],
  ] as const)("after the directory %s", async (_, spoil) => {
    const directory = join(temporaryDirectory(), "store");
    const store = await openSqliteTaskStore({ directory });
    await store.load();
    await store.write([accepted(sampleTask(0))]);
    spoil(directory);
    for (const n of [1, 2]) {
      const { code, message } = await storeErrorOf(store.write([accepted(sampleTask(n))]));
      expect([code, message]).toEqual(["ERR_STORE_FAILED", expect.stringContaining("moved, replaced or deleted")]);
    }
    await store.close();
  });
});

function replaceDatabase(directory: string): void {
  const database = join(directory, DATABASE);
  cpSync(database, `${database}-copy`);
  renameSync(`${database}-copy`, database);
}
