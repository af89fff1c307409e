import { instantMs, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createTown, endpointOf } from "./support/town.ts";

const QUERY = '{"TASK":"QUERY","USER":"ana"}';
const NO_TASK = '{"TASK":"NO_TASK"}';

/** w9 is a worker of the class, and m2's. It pulls from m1, to which m2 has lent it; m1 has no workers of its own. */
function classGuest(words: Readonly<Record<string, unknown>>) {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  town.master("m2", ["m1"]);
  const { host } = endpointOf("m2");
  const says = (line: object): readonly string[] =>
    town.forges("m1", host, { WORKER_UUID: "w9", ...line }).filter((answer) => answer !== "(closed)");
  const polls = (): readonly string[] => says({ WORKER: "ALIVE", ...words });
  town.passTo(5);
  m1.submits("a");
  expect(polls()).toEqual([QUERY]);
  expect(says({ STATUS: "OK", TASK: "QUERY" })).toEqual([expect.stringContaining('"STATUS":"ACK"')]);
  expect(m1.done).toEqual(["a"]);
  /** Asks once a second, and gives the answers that are no tasks. */
  const pollsTo = (second: number): readonly string[] => {
    const answers: string[] = [];
    for (let at = Math.ceil(town.now()) + 1; at <= second; at++) {
      town.passTo(at);
      answers.push(...polls());
    }
    return answers;
  };
  const unreturnable = () => town.notices.filter(({ notice }) => notice.kind === "guest-unreturnable");
  /** It is at home, and asks there. */
  const pollsAtHome = () => town.forges("m2", host, { WORKER: "ALIVE", WORKER_UUID: "w9" });
  return { town, m1, polls, pollsTo, pollsAtHome, unreturnable };
}

describe("a guest of the class that is to go home", () => {
  test("one that pulls is told as the answer to what it asks, three times at most; then it is reported, once", () => {
    const { pollsTo, unreturnable } = classGuest({ SERVER_UUID: "m2" });
    const answers = pollsTo(120);
    expect(answers.filter((answer) => answer.includes('"RETURN"'))).toHaveLength(3);
    expect(answers.filter((answer) => answer === NO_TASK)).toHaveLength(answers.length - 3);
    expect(unreturnable()).toHaveLength(1);
  });

  test("one that listens is told at its port alone, and is not counted as disobedient for orders it cannot read", () => {
    const { pollsTo, unreturnable } = classGuest({ SERVER_UUID: "m2", port: 7_001 });
    expect(new Set(pollsTo(120))).toEqual(new Set([NO_TASK]));
    // Its port was dialled three times, in vain, as it went on to ask.
    expect(unreturnable()).toMatchObject([{ notice: { returns: 3 } }]);
  });

  test("one that was lent again before it was known to have gone is given tasks again", () => {
    const { town, m1, polls, pollsTo, pollsAtHome } = classGuest({ SERVER_UUID: "m2" });
    for (let at = 6; !pollsTo(at).some((answer) => answer.includes('"RETURN"')); at++) expect(at).toBeLessThan(60);
    pollsAtHome();
    m1.submits("b");
    town.passTo(town.now() + 0.5);
    expect(m1.loans()).toEqual([expect.stringMatching(/^in w9\S* releasing$/)]);
    expect(pollsAtHome().join()).toContain("REDIRECT");
    expect(polls()).toEqual([QUERY]);
    expect(m1.loans()).toEqual(["in w9@x1 left", "in w9@x2 held"]);
  });

  test("one that asks no more has gone", () => {
    const { town, m1, pollsTo } = classGuest({ SERVER_UUID: "m2" });
    for (let at = 6; !pollsTo(at).some((answer) => answer.includes('"RETURN"')); at++) expect(at).toBeLessThan(60);
    town.passTo(town.now() + 20);
    expect(m1.loans()).toEqual([expect.stringMatching(/^in w9\S* left$/)]);
  });
});

describe("a worker of the class that does not say whose it is while it is away", () => {
  /** m2 has promised w9, its own, to m1. */
  function promised(before: (poll: (at: string) => readonly string[]) => void = () => {}) {
    const town = createTown();
    const m1 = town.master("m1", ["m2"]);
    const m2 = town.master("m2", ["m1"]);
    const poll = (at: string): readonly string[] =>
      town.forges(at, "127.0.8.8", { WORKER: "ALIVE", WORKER_UUID: "w9" });
    town.passTo(5);
    before(poll);
    poll("m2");
    m1.submits("a", "b");
    town.passTo(6);
    expect(poll("m2")).toContain('{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"127.0.1.1","port":9101}}');
    expect(m2.loans()).toEqual(["out w9@1 offered"]);
    return { m1, poll };
  }

  test("it is the guest of whoever has promised it", () => {
    const { m1, poll } = promised();
    expect(poll("m1")).toContain(QUERY);
    expect(m1.loans()).toEqual([expect.stringMatching(/^in w9\S* held$/)]);
    // As long as it works here.
    expect(poll("m1")).toContain(NO_TASK);
    expect(m1.loans()).toEqual([expect.stringMatching(/^in w9\S* held$/)]);
  });

  test("but one of ours by the same name stays ours", () => {
    const { m1, poll } = promised((early) => early("m1"));
    expect(poll("m1")).toContain(QUERY);
    expect(m1.loans()).toEqual([]);
  });
});

describe("a loan to or from another team has an end, though nobody there knows of it", () => {
  test("a busy guest whose owner never asks is given nothing more after a quarter of an hour", () => {
    const town = createTown();
    const m1 = town.master("m1", ["m2"]);
    town.master("m2", ["m1"]);
    const { host } = endpointOf("m2");
    const says = (line: object): readonly string[] =>
      town.forges("m1", host, { WORKER_UUID: "w9", ...line }).filter((answer) => answer !== "(closed)");
    town.passTo(5);
    m1.submits(...Array.from({ length: 200 }, (_, index) => `t${index}`));
    for (let at = 10; at <= 960; at += 10) {
      town.passTo(at);
      if (says({ WORKER: "ALIVE", SERVER_UUID: "m2" })[0] === QUERY) says({ STATUS: "OK", TASK: "QUERY" });
    }
    // It was needed all the time, and comes again as it is not told otherwise: that is another loan.
    expect(m1.loans()).toEqual(["in w9@x1 left", "in w9@x2 held"]);
    const why = town.notices.flatMap(({ notice }) => (notice.kind === "loan-changed" ? [notice.reason] : []));
    expect(why).toContain("it has been here for as long as it may");
  });

  test("a borrower that has never given its guest back is asked for it when the lease is over", () => {
    const town = createTown();
    const m2 = town.master("m2", ["m1"], { foreignLeaseMs: seconds(60) });
    const told: string[] = [];
    const m1 = town.foreign("m1", ({ line }) => {
      told.push(line);
      if (line.includes("HEARTBEAT")) return '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE"}';
      if (line.includes("COMMAND_RELEASE"))
        return '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w2"]}';
      return line.includes('"ALIVE"') ? NO_TASK : undefined;
    });
    town.passTo(5);
    const alive = { WORKER: "ALIVE", WORKER_UUID: "w9" };
    expect(town.forges("m2", "10.0.0.9", alive)).toContain(NO_TASK);
    town.forges("m2", m1.host, { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: m1.host, port: m1.port } });
    expect(town.forges("m2", "10.0.0.9", alive).join()).toContain("REDIRECT");
    // It asks no more, so it has gone; a worker of the class knows of no lease, and its borrower of none either.
    town.passTo(95);
    expect(m2.loans()).toEqual(["out w9@1 lent"]);
    expect(m2.node.workers(instantMs(0))).toMatchObject([{ id: "w9", status: "LENT", at: m1 }]);
    expect(told.filter((line) => line.includes("COMMAND_RELEASE"))).toEqual([]);
    town.passTo(105);
    expect(told.filter((line) => line.includes("COMMAND_RELEASE"))).toHaveLength(1);
    expect(town.forges("m2", "10.0.0.9", alive)).toContain(NO_TASK);
    expect(m2.loans()).toEqual(["out w9@1 home"]);
  });
});

test("a worker of the class that asks when its borrower has fallen silent is not sent there any more", () => {
  const town = createTown();
  const m2 = town.master("m2", ["m1"]);
  const m1 = town.foreign("m1", ({ line }) =>
    line.includes("HEARTBEAT") ? '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE"}' : undefined,
  );
  const poll = () => town.forges("m2", "10.0.0.9", { WORKER: "ALIVE", WORKER_UUID: "w9" });
  town.passTo(5);
  poll();
  town.forges("m2", m1.host, { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: m1.host, port: m1.port } });
  expect(m2.loans()).toEqual(["out w9@1 offered"]);
  town.cut("m1", "m2");
  town.passTo(20);
  expect(poll()).toContain(NO_TASK);
  expect(m2.loans()).toEqual(["out w9@1 home"]);
  expect(m2.leases.get("w9")).toMatchObject({ epoch: 2, borrower: undefined });
});

describe("a worker that listens and does not come home is told so at its own port", () => {
  const told = (town: ReturnType<typeof createTown>): readonly string[] =>
    town.said.flatMap(({ from, to, line }) => (from === "m2" && to === "m9" ? [line] : []));
  const REDIRECTED = '{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"127.0.1.1","port":9101}}';
  const RETURNED = '{"TASK":"RETURN","SERVER_RETURN":{"ip":"127.0.2.1","port":9101}}';

  /** w9 is m2's and listens at the address of m9; m2 has lent it to m1, a master of another team that acknowledges all. */
  function listening() {
    const town = createTown();
    const m2 = town.master("m2", ["m1"], { foreignLeaseMs: seconds(60) });
    const port = town.foreign("m9", () => undefined);
    const m1 = town.foreign("m1", ({ line }) => {
      if (line.includes("HEARTBEAT")) return '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE"}';
      return line.includes("COMMAND_RELEASE")
        ? '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w9"]}'
        : undefined;
    });
    const poll = () => town.forges("m2", port.host, { WORKER: "ALIVE", WORKER_UUID: "w9", port: port.port });
    town.passTo(5);
    poll();
    town.forges("m2", m1.host, { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: m1.host, port: m1.port } });
    town.passTo(40);
    expect(m2.loans()).toEqual(["out w9@1 lent"]);
    expect(told(town)).toEqual([REDIRECTED]);
    return { town, m2, m1, poll };
  }

  test("once its borrower has given it back: after 5 s, and once more when it counts as lost", () => {
    const { town, m2, m1, poll } = listening();
    town.forges("m2", m1.host, { SERVER_UUID: "m1", TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w9"] });
    town.passTo(44);
    expect(told(town)).toEqual([REDIRECTED]);
    town.passTo(46);
    expect(told(town)).toEqual([REDIRECTED, RETURNED]);
    expect(m2.loans()).toEqual(["out w9@1 returning"]);
    town.passTo(51);
    expect(told(town)).toEqual([REDIRECTED, RETURNED, RETURNED]);
    expect(m2.loans()).toEqual(["out w9@1 lost"]);
    expect(poll()).toContain(NO_TASK);
    expect(m2.loans()).toEqual(["out w9@1 home"]);
  });

  test("not if it comes in time", () => {
    const { town, m2, m1, poll } = listening();
    town.forges("m2", m1.host, { SERVER_UUID: "m1", TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w9"] });
    town.passTo(43);
    poll();
    town.passTo(60);
    expect(m2.loans()).toEqual(["out w9@1 home"]);
    expect(told(town)).toEqual([REDIRECTED]);
  });

  test("and when the lease is over and its borrower, asked for it, has not sent it home", () => {
    const { town, m2 } = listening();
    town.passTo(160);
    expect(m2.loans()).toEqual(["out w9@1 lost"]);
    expect(told(town)).toEqual([REDIRECTED, RETURNED]);
  });
});
