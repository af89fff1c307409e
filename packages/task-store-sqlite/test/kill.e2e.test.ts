import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createPrng } from "@mutirao/primitives";
import type { TaskStore } from "@mutirao/task-store";
import { expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { firstIdOf, secondIdOf } from "./support/written-tasks.ts";

const ROUNDS = 20;
const WRITER = fileURLToPath(new URL("./children/write-until-killed.ts", import.meta.url));

/** Lets the writer write on, kills it after some acknowledgements, and gives all that it has said. */
async function writeAndKill(directory: string, from: number, after: number): Promise<readonly number[]> {
  const writer = spawn(process.execPath, [WRITER, directory, String(from)], { stdio: ["ignore", "pipe", "inherit"] });
  const hasClosed = once(writer, "close");
  const said: number[] = [];
  createInterface({ input: writer.stdout }).on("line", (line) => {
    said.push(Number(line));
    if (said.length === after) writer.kill("SIGKILL");
  });
  expect((await hasClosed)[1]).toBe("SIGKILL");
  return said;
}

/** Checks that exactly the writes before some number are there, each as a whole, and gives that number. */
async function countWrites(store: TaskStore): Promise<number> {
  const { unfinished, finished, leases } = await store.load();
  const ids = new Set([...unfinished, ...finished].map(({ id }) => id));
  const writes = ids.size / 2;
  for (let n = 0; n < writes; n++) {
    expect(ids.has(firstIdOf(n)) && ids.has(secondIdOf(n)), `both tasks of write ${n} of ${writes} are there`).toBe(
      true,
    );
  }
  expect(leases.map(({ epoch }) => epoch)).toEqual(writes === 0 ? [] : [writes]);
  return writes;
}

it(`after each of ${ROUNDS} kills all that was acknowledged is there, and of nothing a half`, {
  timeout: 120_000,
}, async () => {
  const directory = temporaryDirectory();
  const prng = createPrng("kill the writer");
  let writes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const said = await writeAndKill(directory, writes, prng.integer(1, 300));
    const store = await openSqliteTaskStore({ directory });
    try {
      const kept = await countWrites(store);
      expect(Math.max(...said)).toBeLessThan(kept);
      // What ended with an acknowledged write has ended.
      for (const n of said.slice(-50)) {
        const earlier = n - 24;
        if (earlier >= writes) expect((await store.get(firstIdOf(earlier)))?.status.state).toBe("done");
      }
      writes = kept;
    } finally {
      await store.close();
    }
  }
  expect(writes).toBeGreaterThan(ROUNDS);
});
