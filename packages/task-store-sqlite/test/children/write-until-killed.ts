import { writeSync } from "node:fs";
import { accepted, endedStatus, leased, sampleLease, sampleTask, updated } from "@mutirao/task-store/conformance";
import { openSqliteTaskStore } from "../../src/index.ts";
import { firstIdOf, SIZES, secondIdOf } from "../support/written-tasks.ts";

// Writes until it is killed, some writes under way at once, and says the number of each that is durable. Write n
// accepts two tasks, ends one of those of an earlier write, and lends the one worker under the epoch n + 1.
const [directory = "", from = "0"] = process.argv.slice(2);
const UNDER_WAY = 24;
let next = Number(from);

const store = await openSqliteTaskStore({ directory });
await store.load();

/** Not through a stream, where it would wait for its turn and die with the process. */
function say(n: number): void {
  while (!trySaying(n)) {
    // It reads on.
  }
}

function trySaying(n: number): boolean {
  try {
    return writeSync(1, `${n}\n`) > 0;
  } catch (error) {
    // The reader is behind, and the pipe is full.
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
    throw error;
  }
}

async function writeOn(): Promise<never> {
  for (;;) {
    const n = next++;
    const payload = SIZES[n % SIZES.length] ?? 0;
    const earlier = n - UNDER_WAY;
    await store.write([
      accepted(sampleTask(n, { id: firstIdOf(n), type: "x".repeat(payload) })),
      ...(earlier >= Number(from) ? [updated(firstIdOf(earlier), endedStatus("done", n))] : []),
      leased(sampleLease("w1", n + 1, "b")),
      accepted(sampleTask(n, { id: secondIdOf(n) })),
    ]);
    say(n);
  }
}

await Promise.all(Array.from({ length: UNDER_WAY }, writeOn));
