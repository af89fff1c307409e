import fc from "fast-check";
import { expect, test } from "vitest";
import { createDeadlineQueue, instantMs } from "../src/index.ts";

const at = instantMs;

test("gives out what is due, earliest first, and nothing that is not due", () => {
  const queue = createDeadlineQueue<string>();
  queue.schedule("late", at(30));
  queue.schedule("early", at(10));
  queue.schedule("middle", at(20));
  expect(queue.nextDeadline()).toBe(10);
  expect(queue.takeDue(at(9))).toBeUndefined();
  expect([queue.takeDue(at(20)), queue.takeDue(at(20)), queue.takeDue(at(20))]).toEqual(["early", "middle", undefined]);
  expect(queue.size).toBe(1);
});

test("gives out what is due at the same moment in the order in which it was scheduled", () => {
  const queue = createDeadlineQueue<number>();
  for (const item of [3, 1, 2]) queue.schedule(item, at(5));
  expect([queue.takeDue(at(5)), queue.takeDue(at(5)), queue.takeDue(at(5))]).toEqual([3, 1, 2]);
});

test("moves an item that is scheduled again, in either direction", () => {
  const queue = createDeadlineQueue<string>();
  queue.schedule("a", at(10));
  queue.schedule("b", at(20));
  queue.schedule("a", at(30));
  expect(queue.deadlineOf("a")).toBe(30);
  expect(queue.takeDue(at(25))).toBe("b");
  queue.schedule("a", at(1));
  expect(queue.nextDeadline()).toBe(1);
  expect(queue.size).toBe(1);
});

test("an item that was taken out is not scheduled, and can be again", () => {
  const queue = createDeadlineQueue<string>();
  queue.schedule("a", at(10));
  queue.takeDue(at(10));
  expect([queue.size, queue.deadlineOf("a"), queue.nextDeadline()]).toEqual([0, undefined, undefined]);
  queue.schedule("a", at(5));
  queue.cancel("a");
  queue.cancel("a");
  expect([queue.size, queue.deadlineOf("a"), queue.takeDue(at(99))]).toEqual([0, undefined, undefined]);
});

test("behaves like a sorted list under any sequence of commands", () => {
  const command = fc.oneof(
    fc.record({ do: fc.constant("schedule" as const), item: fc.nat(20), at: fc.nat(50) }),
    fc.record({ do: fc.constant("cancel" as const), item: fc.nat(20) }),
    fc.record({ do: fc.constant("take" as const), at: fc.nat(50) }),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      const queue = createDeadlineQueue<number>();
      let model: { item: number; at: number; order: number }[] = [];
      let order = 0;
      const taken: [number | undefined, number | undefined][] = [];
      for (const step of commands) {
        if (step.do === "schedule") {
          queue.schedule(step.item, at(step.at));
          model = [...model.filter(({ item }) => item !== step.item), { item: step.item, at: step.at, order: order++ }];
        } else if (step.do === "cancel") {
          queue.cancel(step.item);
          model = model.filter(({ item }) => item !== step.item);
        } else {
          model.sort((a, b) => a.at - b.at || a.order - b.order);
          const due = model[0] !== undefined && model[0].at <= step.at ? model.shift() : undefined;
          taken.push([queue.takeDue(at(step.at)), due?.item]);
        }
        for (const [fromQueue, fromModel] of taken.splice(0)) expect(fromQueue).toBe(fromModel);
        expect(queue.size).toBe(model.length);
        expect(queue.nextDeadline()).toBe(model.length === 0 ? undefined : Math.min(...model.map((entry) => entry.at)));
      }
    }),
  );
});
