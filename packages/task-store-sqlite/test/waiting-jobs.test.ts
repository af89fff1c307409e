import { taskId } from "@mutirao/primitives";
import { expect, it } from "vitest";
import type { Asked, Job } from "../src/messages.ts";
import { createWaitingJobs } from "../src/thread/waiting-jobs.ts";

const write = (id: number, cells: number): Asked => ({
  id,
  job: { kind: "write", cells: Array(cells).fill(0), era: 0 },
});
const get = (id: number): Asked => ({ id, job: { kind: "get", id: taskId(String(id)) } });

function waitingFor(...asked: readonly Asked<Job>[]) {
  const waiting = createWaitingJobs();
  for (const one of asked) waiting.add(one);
  return waiting;
}

const idsOf = (asked: readonly Asked[]): readonly number[] => asked.map(({ id }) => id);

it("takes all writes that wait at once, and the others one by one", () => {
  const waiting = waitingFor(write(1, 20), get(2), write(3, 30), get(4), write(5, 0));
  expect(idsOf(waiting.takeWrites())).toEqual([1, 3, 5]);
  expect(idsOf(waiting.takeWrites())).toEqual([]);
  expect(waiting.takeOther()?.id).toBe(2);
  expect(waiting.isEmpty).toBe(false);
  expect(waiting.takeOther()?.id).toBe(4);
  expect(waiting.takeOther()).toBeUndefined();
  expect(waiting.isEmpty).toBe(true);
});

it("ends a group at the limit, and lets one that is larger by itself through", () => {
  const waiting = waitingFor(write(1, 150_000), write(2, 50_000), write(3, 1), write(4, 300_000), write(5, 1));
  expect(idsOf(waiting.takeWrites())).toEqual([1, 2]);
  expect(idsOf(waiting.takeWrites())).toEqual([3]);
  expect(idsOf(waiting.takeWrites())).toEqual([4]);
  expect(idsOf(waiting.takeWrites())).toEqual([5]);
  expect(waiting.isEmpty).toBe(true);
});
