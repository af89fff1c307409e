import type { NodeId } from "@mutirao/primitives";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { requestId } from "../src/index.ts";
import { createTown, type Saying } from "./support/town.ts";

/** An id of 128 characters, each of which takes six bytes in a line. */
const wide = (number: number): string => `${number}`.padStart(128, "\u00e9");

interface Listing {
  readonly WORKERS_UUID?: readonly string[];
}

const read = (line: string): Listing => JSON.parse(line) as Listing;

/** What a master of another team answers, who acknowledges all that it is told. */
function answerOfTheirs({ to, line }: Saying): string | undefined {
  const SERVER_UUID = to;
  if (line.includes("HEARTBEAT")) return JSON.stringify({ SERVER_UUID, TASK: "HEARTBEAT", RESPONSE: "ALIVE" });
  if (line.includes("WORKER_REQUEST")) return JSON.stringify({ SERVER_UUID, RESPONSE: "UNAVAILABLE" });
  if (!line.includes("COMMAND_RELEASE")) return undefined;
  return JSON.stringify({ SERVER_UUID, RESPONSE: "RELEASE_ACK", WORKERS_UUID: read(line).WORKERS_UUID });
}

/** m1 and a master of another team, which know each other. */
function besideAnother() {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  const m2 = town.foreign("m2", answerOfTheirs);
  town.passTo(5);
  const asksFor = (needed: number): readonly string[] =>
    town.forges("m1", m2.host, { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: m2.host, port: m2.port, needed } });
  const polls = (worker: string): readonly string[] =>
    town.forges("m1", "10.0.0.9", { WORKER: "ALIVE", WORKER_UUID: worker });
  /** The lists of workers in lines with this word, to m2. */
  const listsIn = (word: string): readonly (readonly string[])[] =>
    town.said.flatMap(({ from, to, line }) =>
      from === "m1" && to === "m2" && line.includes(word) ? [read(line).WORKERS_UUID ?? []] : [],
    );
  return { town, m1, m2, asksFor, polls, listsIn };
}

describe("workers whose ids leave no room for all of them in one line", () => {
  test("guests are given back one line after the other", () => {
    const { town, m1, m2, listsIn } = besideAnother();
    m1.submits("a", "b", "c");
    for (const worker of [wide(1), wide(2), wide(3)]) {
      town.forges("m1", m2.host, { WORKER: "ALIVE", WORKER_UUID: worker, SERVER_UUID: "m2" });
      town.forges("m1", m2.host, { STATUS: "OK", TASK: "QUERY", WORKER_UUID: worker });
    }
    expect(m1.done).toEqual(["a", "b", "c"]);
    town.passTo(60);
    expect(listsIn("COMMAND_RELEASE").map((list) => list.length)).toEqual([1, 1, 1]);
    expect(new Set(listsIn("COMMAND_RELEASE").flat())).toEqual(new Set([wide(1), wide(2), wide(3)]));
  });

  test("an offer names as many as there is room for, and the others go as well", () => {
    const { m1, asksFor, polls } = besideAnother();
    for (let number = 0; number < 5; number++) polls(wide(number));
    const [line = ""] = asksFor(3);
    expect(line.length).toBeLessThan(CLASS_LINE_MAX_BYTES);
    expect(read(line).WORKERS_UUID).toEqual([wide(0)]);
    expect(m1.loans()).toHaveLength(3);
  });

  test("a beat names as many guests as there is room for, and the others in the next", () => {
    const town = createTown();
    const m1 = town.master("m1", ["m2"]);
    town.master("m2", ["m1"]);
    town.passTo(5);
    m1.submits(...Array.from({ length: 100 }, (_, index) => `t${index}`));
    const EXT = { v: 1, boot: "b", slots: 1, types: ["QUERY"], holding: [], epoch: 1 };
    for (let number = 0; number < 100; number++) {
      town.forges("m1", "10.0.0.9", { WORKER: "ALIVE", WORKER_UUID: wide(number), SERVER_UUID: "m2", EXT });
    }
    town.passTo(12);
    const named = town.said.flatMap(({ from, line }) => {
      const { EXT: words } = JSON.parse(line) as { readonly EXT?: { readonly guests?: readonly [NodeId, number][] } };
      return from === "m1" ? (words?.guests ?? []) : [];
    });
    expect(new Set(named.map(([worker]) => worker)).size).toBe(100);
  });

  test("a beat that names many whom nobody knows here is answered in one line", () => {
    const { town, m2 } = besideAnother();
    const guests = Array.from({ length: 200 }, (_, number) => [wide(number), 1]);
    const [line = ""] = town.forges("m1", m2.host, { SERVER_UUID: "m2", TASK: "HEARTBEAT", EXT: { v: 1, guests } });
    expect(line).toContain('"wanted":[[');
    expect(line.length).toBeLessThan(SESSION_LINE_MAX_BYTES);
  });
});

describe("more workers with another team's master than one line names", () => {
  const away = Array.from({ length: 14 }, (_, index) => `w${index}`);

  test("are all called back, one line after the other", () => {
    const { town, m1, asksFor, polls, listsIn } = besideAnother();
    for (const worker of away) polls(worker);
    asksFor(8);
    asksFor(8);
    for (const worker of away) polls(worker);
    town.passTo(40);
    expect(m1.loans()).toEqual(away.map((worker) => `out ${worker}@1 lent`));
    m1.handle({ type: "reclaim", request: requestId(9), what: "all" });
    town.passTo(60);
    expect(listsIn("COMMAND_RELEASE")).toEqual([away.slice(0, 8), away.slice(8)]);
  });
});
