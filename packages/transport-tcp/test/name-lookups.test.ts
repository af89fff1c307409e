import { durationMs, type InstantMs, instantMs } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import type { Lookup } from "../src/lookup-queue.ts";
import { createNameLookups, type NameLookups, type Resolution } from "../src/name-lookups.ts";

const limits = { lookupsMax: 2, lookupMs: durationMs(10_000), lookupCacheMs: durationMs(60_000) };
const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });

/** Look-ups whose answers come when the test says so, over a clock that the test sets. */
function createBench(changes: Partial<typeof limits> = {}): {
  readonly names: NameLookups;
  /** The look-ups under way, by name. */
  readonly underWay: Map<string, (answer: Error | readonly string[]) => void>;
  /** Every name asked, in order. */
  readonly asked: string[];
  answer(name: string, answer: Error | readonly string[]): void;
  setTime(ms: number): void;
  /** Resolves; the returned list fills when the answer comes. */
  resolve(name: string): Resolution[];
} {
  const underWay = new Map<string, (answer: Error | readonly string[]) => void>();
  const asked: string[] = [];
  let now: InstantMs = instantMs(0);
  const lookup: Lookup = (name, done) => {
    asked.push(name);
    underWay.set(name, (answer) => {
      underWay.delete(name);
      if (answer instanceof Error) done(answer, []);
      else
        done(
          null,
          answer.map((address) => ({ address })),
        );
    });
  };
  const names = createNameLookups({ limits: { ...limits, ...changes }, lookup, clock: () => now });
  return {
    names,
    underWay,
    asked,
    answer(name, answer) {
      const end = underWay.get(name);
      if (end === undefined) throw new Error(`${name} is not being asked`);
      end(answer);
    },
    setTime(ms) {
      now = instantMs(ms);
    },
    resolve(name) {
      const resolutions: Resolution[] = [];
      names.resolve(name, (resolution) => resolutions.push(resolution));
      return resolutions;
    },
  };
}

const found = (...addresses: string[]): Resolution[] => [{ addresses }];
const failed = (detail: string): Resolution[] => [{ failure: { code: "ERR_DIAL_UNRESOLVED", detail } }];

describe("name look-ups", () => {
  it("ask once for all who want to know, and remember the answer", () => {
    const bench = createBench();
    const [first, second] = [bench.resolve("a"), bench.resolve("a")];
    expect([first, second]).toEqual([[], []]);
    bench.answer("a", ["10.0.0.1"]);
    expect([first, second]).toEqual([found("10.0.0.1"), found("10.0.0.1")]);
    expect(bench.resolve("a")).toEqual(found("10.0.0.1"));
    expect(bench.asked).toEqual(["a"]);
  });

  it("use an old answer at once, and refresh it behind the scenes", () => {
    const bench = createBench();
    bench.resolve("a");
    bench.answer("a", ["10.0.0.1"]);
    bench.setTime(59_999);
    bench.resolve("a");
    expect(bench.asked).toHaveLength(1);
    bench.setTime(60_000);
    expect(bench.resolve("a")).toEqual(found("10.0.0.1"));
    expect(bench.resolve("a")).toEqual(found("10.0.0.1"));
    expect(bench.asked).toEqual(["a", "a"]);
    bench.answer("a", ["10.0.0.2"]);
    expect(bench.resolve("a")).toEqual(found("10.0.0.2"));
    expect(bench.asked).toHaveLength(2);
  });

  it("keep the last good addresses when the name stops resolving", () => {
    const bench = createBench();
    bench.resolve("a");
    bench.answer("a", ["10.0.0.1"]);
    for (const answer of [notFound, []]) {
      bench.setTime(600_000);
      expect(bench.resolve("a")).toEqual(found("10.0.0.1"));
      bench.answer("a", answer);
      expect(bench.resolve("a")).toEqual(found("10.0.0.1"));
      bench.answer("a", answer);
    }
  });

  it("say why there are no addresses, and ask again the next time", () => {
    const bench = createBench();
    const first = bench.resolve("a");
    bench.answer("a", notFound);
    expect(first).toEqual(failed("ENOTFOUND"));
    const second = bench.resolve("a");
    bench.answer("a", []);
    expect(second).toEqual(failed("it has no addresses"));
    const third = bench.resolve("a");
    bench.answer("a", ["10.0.0.1"]);
    expect(third).toEqual(found("10.0.0.1"));
  });

  it("give the families in turn, each address once, and not too many", () => {
    const bench = createBench();
    const mixed = bench.resolve("mixed");
    bench.answer("mixed", ["::1", "::2", "::1", "10.0.0.1"]);
    expect(mixed).toEqual(found("::1", "10.0.0.1", "::2"));
    const many = bench.resolve("many");
    bench.answer("many", ["10.0.0.1", ...Array.from({ length: 20 }, (_, index) => `::${index + 1}`)]);
    expect(many).toEqual(found("10.0.0.1", "::1", "::2", "::3", "::4", "::5", "::6", "::7"));
  });

  it("have few under way at once, and count one until it really ends", () => {
    const bench = createBench();
    for (const name of ["a", "b", "c", "d"]) bench.resolve(name);
    expect([...bench.underWay.keys()]).toEqual(["a", "b"]);
    bench.answer("b", ["10.0.0.2"]);
    expect([...bench.underWay.keys()]).toEqual(["a", "c"]);
  });

  it("let nobody wait for longer than the limit; what comes later is used all the same", async () => {
    const bench = createBench({ lookupMs: durationMs(20), lookupsMax: 1 });
    const queued: Resolution[] = [];
    const hung = await new Promise<Resolution>((resolve) => {
      bench.names.resolve("hung", resolve);
      bench.names.resolve("queued", (resolution) => queued.push(resolution));
    });
    expect([hung]).toEqual(failed("the look-up takes too long"));
    // The hung one still has the only place.
    expect([...bench.underWay.keys()]).toEqual(["hung"]);
    bench.answer("hung", ["10.0.0.1"]);
    expect(bench.resolve("hung")).toEqual(found("10.0.0.1"));
    expect([...bench.underWay.keys()]).toEqual(["queued"]);
    bench.names.stop();
  });

  it("ask names that failed or hung last, and never let them take the last place", async () => {
    const bench = createBench({ lookupMs: durationMs(20) });
    bench.resolve("bad");
    bench.answer("bad", notFound);
    await new Promise((resolve) => bench.names.resolve("hung", resolve));
    bench.answer("hung", notFound);
    for (const name of ["bad", "hung", "new", "newer"]) bench.resolve(name);
    expect([...bench.underWay.keys()]).toEqual(["bad", "new"]);
    bench.answer("new", ["10.0.0.1"]);
    expect([...bench.underWay.keys()]).toEqual(["bad", "newer"]);
    // One place is free now, and stays free for whoever comes.
    bench.answer("newer", ["10.0.0.2"]);
    expect([...bench.underWay.keys()]).toEqual(["bad"]);
    bench.resolve("newest");
    expect([...bench.underWay.keys()]).toEqual(["bad", "newest"]);
    bench.answer("newest", notFound);
    bench.answer("bad", notFound);
    expect([...bench.underWay.keys()]).toEqual(["hung"]);
    bench.names.stop();
  });

  it("do not let hung names delay one that resolved before", () => {
    const bench = createBench();
    bench.resolve("good");
    bench.answer("good", ["10.0.0.1"]);
    bench.setTime(600_000);
    for (const name of ["hung 1", "hung 2", "hung 3"]) bench.resolve(name);
    expect(bench.resolve("good")).toEqual(found("10.0.0.1"));
  });

  it("take what the resolver throws as a failure", () => {
    const names = createNameLookups({
      limits,
      clock: () => instantMs(0),
      lookup: () => {
        throw new TypeError("not a name");
      },
    });
    const resolutions: Resolution[] = [];
    names.resolve("\0", (resolution) => resolutions.push(resolution));
    expect(resolutions).toEqual(failed("TypeError"));
  });

  it("call nobody back once stopped", () => {
    const bench = createBench();
    const resolutions = [bench.resolve("a"), bench.resolve("b"), bench.resolve("queued")];
    bench.names.stop();
    bench.answer("a", ["10.0.0.1"]);
    bench.answer("b", notFound);
    expect(resolutions).toEqual([[], [], []]);
    expect(bench.asked).toEqual(["a", "b"]);
  });
});
