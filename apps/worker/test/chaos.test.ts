import { createPrng } from "@mutirao/primitives";
import { describe, expect } from "vitest";
import { cancelled, nok, ok, timedOut } from "./support/outcomes.ts";
import { type StartedRun, test } from "./support/runner-harness.ts";

interface Kind {
  readonly type: string;
  readonly timeoutMs?: number;
  readonly expected: unknown;
}

const crash = nok("ERR_TASK_CRASHED", /./);
const kinds: readonly Kind[] = [
  ...Array<Kind>(8).fill({ type: "echo", expected: ok("hello") }),
  { type: "throw-error", expected: nok("ERR_TASK_FAILED", /./) },
  { type: "give-bigint", expected: nok("ERR_TASK_OUTPUT_INVALID", /./) },
  { type: "spin", timeoutMs: 100, expected: timedOut },
  { type: "spin-later", timeoutMs: 100, expected: timedOut },
  { type: "never", timeoutMs: 100, expected: timedOut },
  { type: "end-when-told", timeoutMs: 100, expected: timedOut },
  { type: "exit", expected: crash },
  { type: "exit-later", expected: crash },
  { type: "kill-self", expected: crash },
  { type: "throw-in-timer", expected: crash },
  { type: "reject-unheard", expected: crash },
];

/**
 * Handlers of all kinds, drawn from a seed, in every way of sharing processes: each run ends once, as it would have
 * ended alone, or is cancelled. (The harness fails a test in which a run is told of twice.)
 */
describe.concurrent("whatever the neighbours do", () => {
  test.for([
    [1, 4, 4],
    [2, 8, 2],
    [3, 16, 3],
    [4, 6, 1],
  ] as const)("seed %i, %i slots in %i processes", async ([seed, slots, processesMax], { runners }) => {
    const prng = createPrng(`chaos ${seed}`);
    const runner = await runners.start({ slots, processesMax });
    const left = Array.from({ length: 24 }, () => kinds[Math.floor(prng.next() * kinds.length)] ?? kinds[0]);
    const one = async (): Promise<void> => {
      for (let kind = left.pop(); kind !== undefined; kind = left.pop()) {
        const isCancelled = prng.next() < 0.15;
        const run: StartedRun = runner.start(kind.type, "hello", kind.timeoutMs);
        if (isCancelled) setTimeout(run.cancel, prng.next() * 20);
        const outcome = await run.outcome;
        const wasInTime = isCancelled && JSON.stringify(outcome).includes("ERR_TASK_CANCELLED");
        expect([kind.type, outcome]).toStrictEqual([kind.type, wasInTime ? cancelled : kind.expected]);
      }
    };
    await Promise.all(Array.from({ length: slots }, one));
    expect(await runner.run("echo", "still here")).toStrictEqual(ok("still here"));
  });
});
