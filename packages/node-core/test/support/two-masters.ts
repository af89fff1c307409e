import { expect } from "vitest";
import { createTown, type Saying } from "./town.ts";

/**
 * The races of lending, each as a conversation with one thing that goes wrong. Two masters, m1 in need and m2 with w2 to
 * spare; w1 is m1's own. In the end every task is done once, and everybody is home.
 */
export function twoMasters(changes: Parameters<ReturnType<typeof createTown>["master"]>[2] = {}) {
  const town = createTown();
  const m1 = town.master("m1", ["m2"], changes);
  const m2 = town.master("m2", ["m1"], changes);
  const w1 = town.worker("w1", "m1");
  const w2 = town.worker("w2", "m2");
  // Two beats: they know each other, and how they fare.
  town.passTo(5);
  return { town, m1, m2, w1, w2 };
}

type Scene = ReturnType<typeof twoMasters>;

export const isFrom = ({ from, to, line }: Saying, who: string, whom: string, word: string): boolean =>
  from === who && to === whom && line.includes(`"${word}"`);

/** Does the first so many lines of the kind, and lets all others pass. */
export function once(fate: "drop" | "hold", who: string, whom: string, word: string, count = 1) {
  let left = count;
  return (saying: Saying): "pass" | "drop" | "hold" => {
    if (left === 0 || !isFrom(saying, who, whom, word)) return "pass";
    left--;
    return fate;
  };
}

/** Lets every task be done, and everybody be idle for a while. */
export function toTheEnd({ town, w1, w2 }: Pick<Scene, "town" | "w1" | "w2">, atS: number): void {
  for (let second = Math.ceil(town.now()); second <= atS; second++) {
    town.passTo(second);
    for (const worker of [w1, w2]) if (worker.isUp) worker.finishes();
  }
}

export function expectAllWell({ town, m1, m2, w2 }: Scene, done: readonly string[]): void {
  expect([...m1.done, ...m2.done].toSorted()).toEqual(done);
  expect(w2.node.status()).toMatchObject({ isAway: false, phase: "connected", unacknowledged: 0 });
  expect(m2.node.workers(0 as never).map(({ id, status }) => `${id} ${status}`)).toContain("w2 ALIVE");
  expect([...m1.loans(), ...m2.loans()].filter((loan) => !/ (?:home|left)$/.test(loan))).toEqual([]);
  expect(town.notices.filter(({ notice }) => notice.kind === "attempt-failed")).toEqual([]);
}
