import { setTimeout as delay } from "node:timers/promises";

/** Not a claim about speed: it only turns a hang into a failure. */
const HANG_GUARD_MS = 80_000;
const POLL_MS = 20;

/** Asks again and again, about what nobody tells, until the answer is as it should be; then gives it. */
export async function until<T>(what: string, ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  const guardAt = performance.now() + HANG_GUARD_MS;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > guardAt) throw new Error(`in vain waited for this: ${what}; now ${JSON.stringify(answer)}`);
    await delay(POLL_MS);
  }
}
