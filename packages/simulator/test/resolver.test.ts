import { durationMs, instantMs } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { createNameService, RESOLVER_GIVES_UP_MS } from "../src/network/name-service.ts";
import { createScheduler, worldMs } from "../src/scheduler.ts";
import { createResolver } from "../src/transport/resolver.ts";

/** Names that answer after 5 ms, and a process that asks for two at once and remembers for a second. */
function createCase() {
  const scheduler = createScheduler();
  const names = createNameService(scheduler, 5);
  const now = () => instantMs(scheduler.now);
  const post = (run: () => void): void => run();
  const resolver = createResolver({ names, lookupsMax: 2, cacheMs: durationMs(1_000), now, post });
  const found: string[] = [];
  return {
    names,
    found,
    lookUp: (name: string) => resolver.lookUp(name, (address) => found.push(`${name} ${address} at ${scheduler.now}`)),
    pass(ms: number) {
      const until = worldMs(scheduler.now + ms);
      while (scheduler.step(until));
    },
  };
}

test("a name is asked for once, however many wait for it, and then remembered", () => {
  const { names, found, lookUp, pass } = createCase();
  names.add("a.sim", "10.0.0.1");
  lookUp("a.sim");
  lookUp("a.sim");
  pass(100);
  lookUp("a.sim");
  expect(found).toEqual(["a.sim 10.0.0.1 at 5", "a.sim 10.0.0.1 at 5", "a.sim 10.0.0.1 at 100"]);
});

test("an old answer serves while the name is asked for again, also when it is no more", () => {
  const { names, found, lookUp, pass } = createCase();
  const record = names.add("a.sim", "10.0.0.1");
  lookUp("a.sim");
  pass(2_000);
  record.denials++;
  lookUp("a.sim");
  pass(10);
  lookUp("a.sim");
  expect(found.slice(1)).toEqual(["a.sim 10.0.0.1 at 2000", "a.sim 10.0.0.1 at 2010"]);
});

test("an unknown name is found out at once, a name that hangs when the system gives it up", () => {
  const { names, found, lookUp, pass } = createCase();
  names.add("hangs.sim", "10.0.0.1").hangs++;
  lookUp("hangs.sim");
  lookUp("unknown.sim");
  pass(2 * RESOLVER_GIVES_UP_MS);
  expect(found).toEqual(["unknown.sim undefined at 5", `hangs.sim undefined at ${RESOLVER_GIVES_UP_MS}`]);
});

test("names that hang hold up the others, but not for ever", () => {
  const { names, found, lookUp, pass } = createCase();
  names.add("good.sim", "10.0.0.1");
  for (const name of ["bad-1.sim", "bad-2.sim"]) {
    names.add(name, "10.0.0.2").hangs++;
    lookUp(name);
  }
  lookUp("good.sim");
  pass(2 * RESOLVER_GIVES_UP_MS);
  expect(found.at(-1)).toBe(`good.sim 10.0.0.1 at ${RESOLVER_GIVES_UP_MS + 5}`);
});
