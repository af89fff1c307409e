import {
  explanationSchema,
  type JournalEntry,
  journalSchema,
  type Loan,
  loanListSchema,
  problemSchema,
  workerListSchema,
} from "@mutirao/operator-api";
import { formatEndpoint } from "@mutirao/primitives";
import { describe, expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startHandWorker } from "./support/hand-worker.ts";
import { askRaw } from "./support/raw-http.ts";
import { type ServeMaster, type ServingMaster, test } from "./support/serving-master.ts";

async function loansOf(master: ServingMaster, query = ""): Promise<readonly Loan[]> {
  return loanListSchema.parse(await (await master.ask("GET", `/loans${query}`)).json());
}

async function journalOf(master: ServingMaster, query = ""): Promise<readonly JournalEntry[]> {
  return journalSchema.parse(await (await master.ask("GET", `/journal${query}`)).json());
}

async function whyOf(master: ServingMaster, about: string) {
  return explanationSchema.parse(await (await master.ask("GET", `/why/${about}`)).json());
}

/** A master that knows another and has an idle worker; the other does not know it, and so lends it nothing. */
async function servePair(serve: ServeMaster) {
  const other = await serve({ id: "master-b" });
  const master = await serve({ master: { peers: [other.at] } });
  const worker = await startHandWorker(master.at);
  await eventually(() => master.access.peers()[0]?.status).toBe("ALIVE");
  return { master, other, worker, peer: formatEndpoint(other.at) };
}

const answerOf = async (response: Response) => [response.status, await response.json()] as const;

describe("a worker lent by hand", () => {
  test("is seen in the loans, among the workers, in the journal and in the figures, and why", async ({ serve }) => {
    const { master, other, worker, peer } = await servePair(serve);
    const lent = await answerOf(await master.ask("POST", "/loans:lend", { peer: "master-b" }));
    expect(lent).toStrictEqual([202, { loans: ["worker-7@1"] }]);
    await eventually(async () => (await loansOf(master))[0]?.state).toBe("offered");
    worker.leave();
    await eventually(async () => (await loansOf(master))[0]?.state).toBe("lent");
    const [loan] = await loansOf(master);
    expect(loan).toMatchObject({
      id: "worker-7@1",
      worker: "worker-7",
      owner: "master-a",
      borrower: "master-b",
      direction: "out",
      endedAt: null,
      tasksDone: null,
    });
    expect(loan?.leaseLeftMs).toBeGreaterThan(0);
    expect(await loansOf(master, "?direction=in")).toStrictEqual([]);
    const workers = workerListSchema.parse(await (await master.ask("GET", "/workers")).json());
    expect(workers).toMatchObject([{ id: "worker-7", status: "LENT", borrowed: false, ...other.at }]);

    expect((await journalOf(master, "?loan=worker-7%401")).map(({ facts }) => facts["to"])).toStrictEqual([
      "flushing",
      "offered",
      "lent",
    ]);
    expect(await whyOf(master, "loan/worker-7%401")).toMatchObject({
      about: "loan worker-7@1",
      answer: `It is lent: worker worker-7 was with ${peer}: it has left for the borrower.`,
      steps: [{ event: "loan-changed" }, { event: "loan-changed" }, { event: "loan-changed" }],
    });
    expect((await whyOf(master, "peer/master-b")).answer).toBe(
      `master-b at ${peer} is alive; it has 1 worker of ours, and 0 workers of its own here.`,
    );
    const figures = await (await master.ask("GET", "/metrics")).text();
    expect(figures).toContain('\nmutirao_loans_open{direction="out"} 1\n');
    expect(figures).toContain('\nmutirao_loans_total{direction="out"} 1\n');
    expect(figures).toContain('\nmutirao_workers{status="LENT"} 1\n');
  });

  test("is called back by its loan, its borrower, or with all others", async ({ serve }) => {
    const { master, worker, peer } = await servePair(serve);
    await master.ask("POST", "/loans:lend", { peer, workers: ["worker-7"] });
    await eventually(async () => (await loansOf(master))[0]?.state).toBe("offered");
    worker.leave();
    await eventually(async () => (await loansOf(master))[0]?.state).toBe("lent");
    const reclaim = async (order: object) => answerOf(await master.ask("POST", "/loans:reclaim", order));
    expect(await reclaim({ loan: "worker-7@1" })).toStrictEqual([202, { loans: ["worker-7@1"] }]);
    expect(await reclaim({ loan: "worker-7@1" })).toMatchObject([409, { code: "ERR_LOAN_NOT_OUT" }]);
    expect(await reclaim({ peer })).toStrictEqual([202, { loans: [] }]);
    expect(await reclaim({ all: true })).toStrictEqual([202, { loans: [] }]);
    const [entry] = await journalOf(master, `?peer=${peer}`).then((all) =>
      all.filter(({ event }) => event === "reclaim-ordered"),
    );
    expect(entry?.sentence).toBe(`From ${peer}, 1 lent worker was called back: an operator wants them back.`);
  });
});

describe("workers borrowed by hand", () => {
  test("a peer that lends nobody says why, and that is counted and explained", async ({ serve }) => {
    const { master, peer } = await servePair(serve);
    const asked = await answerOf(await master.ask("POST", "/loans:borrow", { workers: 2 }));
    expect(asked).toStrictEqual([202, { asks: [{ peer, workers: 2 }] }]);
    await eventually(async () => (await journalOf(master)).at(-1)?.event).toBe("borrow-answered");
    const { answer, steps } = await whyOf(master, "borrow");
    expect(answer).toMatch(/^No task has waited yet while a peer was alive, so borrowing was never weighed/);
    expect(steps.map(({ sentence }) => sentence)).toStrictEqual([
      `${peer} was asked for 2 workers, by an operator's order.`,
      `${peer}, asked for 2 workers, promised nobody [LEND_UNKNOWN_PEER]: the one who asks is none of the master's peers, or none that is alive.`,
    ]);
    const figures = await (await master.ask("GET", "/metrics")).text();
    expect(figures).toContain("\nmutirao_borrow_asks_total 1\n");
    expect(figures).toContain('\nmutirao_lending_refusals_total{by="them",code="LEND_UNKNOWN_PEER"} 1\n');
  });
});

describe("orders that make no sense", () => {
  test.for([
    ["/loans:borrow", {}, 422, "ERR_REQUEST_INVALID"],
    ["/loans:borrow", { workers: 0 }, 422, "ERR_REQUEST_INVALID"],
    ["/loans:borrow", { workers: 1.5 }, 422, "ERR_REQUEST_INVALID"],
    ["/loans:borrow", { workers: 1, peers: "x" }, 422, "ERR_REQUEST_INVALID"],
    ["/loans:borrow", { workers: 1, peer: "nobody" }, 404, "ERR_PEER_UNKNOWN"],
    ["/loans:borrow", { workers: 1 }, 503, "ERR_PEER_NOT_ALIVE"],
    ["/loans:lend", {}, 422, "ERR_REQUEST_INVALID"],
    ["/loans:lend", { peer: "x", count: 1, workers: ["w"] }, 422, "ERR_REQUEST_INVALID"],
    ["/loans:lend", { peer: "x" }, 404, "ERR_PEER_UNKNOWN"],
    ["/loans:reclaim", {}, 422, "ERR_REQUEST_INVALID"],
    ["/loans:reclaim", { all: false }, 422, "ERR_REQUEST_INVALID"],
    ["/loans:reclaim", { all: true, loan: "w@1" }, 422, "ERR_REQUEST_INVALID"],
    ["/loans:reclaim", { loan: "w@1" }, 404, "ERR_LOAN_UNKNOWN"],
    ["/loans:reclaim", { peer: "x" }, 404, "ERR_PEER_UNKNOWN"],
    ["/drain", { timeoutS: -1 }, 422, "ERR_REQUEST_INVALID"],
    ["/drain", [], 422, "ERR_REQUEST_INVALID"],
  ] as const)("%s %j: %d %s", async ([path, body, status, code], { serve }) => {
    const response = await (await serve()).ask("POST", path, body);
    const problem = problemSchema.parse(await response.json());
    expect([response.status, problem.status, problem.code]).toStrictEqual([status, status, code]);
    expect(response.headers.has("retry-after")).toBe(status === 503);
  });

  test.for([
    ["/loans?limit=0", 422],
    ["/loans?direction=up", 422],
    ["/journal?since=yesterday", 422],
    ["/journal?peer=nobody", 404],
    ["/why/loan/w%401", 404],
    ["/why/peer/nobody", 404],
    ["/why/task/none", 404],
  ] as const)("%s: %d", async ([path, status], { serve }) => {
    expect((await (await serve()).ask("GET", path)).status).toBe(status);
  });
});

test.for([
  ["/journal?since=yesterday", "since must be a time, such as 2026-11-24T15:31:12Z"],
  ["/journal?peer=a&peer=b", "peer must be one text"],
] as const)("what is wrong with %s is said", async ([path, detail], { serve }) => {
  expect(await answerOf(await (await serve()).ask("GET", path))).toMatchObject([422, { detail }]);
});

test.for([
  ["peer must have 1 character or more", "/loans:borrow", { workers: 1, peer: "" }],
  ["peer must have 300 characters or less", "/loans:borrow", { workers: 1, peer: "x".repeat(301) }],
  ["workers must have 1 item or more", "/loans:lend", { peer: "b", workers: [] }],
  ["workers must be an array", "/loans:lend", { peer: "b", workers: "w1" }],
] as const)("what is wrong with an order is said: %s", async ([detail, path, body], { serve }) => {
  expect(await answerOf(await (await serve()).ask("POST", path, body))).toMatchObject([422, { detail }]);
});

describe("the journal", () => {
  test("from a time on, and no more than asked for: the last ones", async ({ serve }) => {
    const master = await serve();
    const remote = { host: "10.9.9.9", port: 1 };
    const own = { backlog: 0, idle: 1, home: 2, lent: 0, lendMax: 8, lendReserve: 1 };
    for (const needed of [1, 2, 3]) {
      master.tell({ kind: "lend-asked", peer: "10.9.9.9:1", remote, needed, code: "LEND_OFF", backlog: 5, own });
    }
    const all = await journalOf(master);
    expect(all.map(({ n, facts }) => [n, facts["needed"]])).toStrictEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect((await journalOf(master, "?limit=1")).map(({ n }) => n)).toStrictEqual([3]);
    expect(await journalOf(master, "?since=2100-01-01T00:00:00.000Z")).toStrictEqual([]);
    expect(await journalOf(master, `?since=${all[0]?.time}`)).toHaveLength(3);
    for (const time of ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00.1234567Z", "2000-01-01T00:00:00%2B03:00"]) {
      expect(await journalOf(master, `?since=${time}`)).toHaveLength(3);
    }
  });
});

test("why nobody is borrowed, where nobody may be", async ({ serve }) => {
  const other = await serve({ id: "master-b" });
  const master = await serve({ master: { peers: [other.at], lending: "off" } });
  await eventually(() => master.access.peers()[0]?.status).toBe("ALIVE");
  await master.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
  expect((await whyOf(master, "borrow")).answer).toBe(
    "It borrows nobody: it was started with --lending off; now: 1 task waiting, 0 borrowed workers here.",
  );
});

test("why a task waits that nobody here can do", async ({ serve }) => {
  const master = await serve();
  await master.ask("POST", "/tasks", { id: "t", type: "PAINT", payload: null });
  expect((await whyOf(master, "task/t")).answer).toBe(
    "Task t is pending: no worker has had it yet, and there is no worker.",
  );
  await startHandWorker(master.at);
  await eventually(async () => (await whyOf(master, "task/t")).answer).toBe(
    "Task t is pending: no worker has had it yet, and of 1 worker none can do PAINT.",
  );
});

describe("drain", () => {
  test("nothing more is accepted, what runs is finished, and then it is over", async ({ serve }) => {
    const master = await serve();
    const worker = await startHandWorker(master.at);
    await master.ask("POST", "/tasks", { id: "t", type: "QUERY", payload: { USER: "ana" } });
    const task = await worker.next();
    expect(await answerOf(await master.ask("POST", "/drain"))).toStrictEqual([
      202,
      { status: "draining", timeoutS: 20 },
    ]);
    const refused = await master.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await answerOf(refused)).toMatchObject([503, { code: "ERR_MASTER_DRAINING" }]);
    expect((await master.ask("GET", "/readyz")).status).toBe(503);
    expect(master.drains()).toBe(0);
    worker.done(task, { SALDO: 1 });
    await eventually(master.drains).toBe(1);
    expect(await (await master.ask("GET", "/tasks/t")).json()).toMatchObject({ state: "done" });
    const why = await whyOf(master, "task/t");
    expect(why.answer).toMatch(/^Task t is done: worker-7 had it, .+ after it was accepted, for .+\.$/);
    expect(why.steps.map(({ event }) => event)).toStrictEqual(["task-accepted", "attempt-began", "task-ended"]);
  });

  test("asked for again and again, it is over no sooner", async ({ serve }) => {
    const master = await serve();
    await master.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
    for (let turn = 0; turn < 20; turn++) await master.ask("POST", "/drain", { timeoutS: 3_600 });
    for (let turn = 0; turn < 20; turn++) await master.ask("POST", "/drain", { timeoutS: 1_000 - turn });
    expect(master.drains()).toBe(0);
    await startHandWorker(master.at).then(async (worker) => worker.done(await worker.next(), { SALDO: 1 }));
    await eventually(master.drains).toBeGreaterThan(0);
  });

  test("with a body of no bytes, whose length was not told before", async ({ serve }) => {
    const master = await serve();
    const request =
      "POST /drain HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(await askRaw(master.http, `${request}0\r\n\r\n`)).toMatchObject({ status: 202 });
  });

  test("for no longer than asked", async ({ serve }) => {
    const master = await serve();
    await master.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
    expect(await answerOf(await master.ask("POST", "/drain", { timeoutS: 0.01 }))).toMatchObject([
      202,
      { timeoutS: 0.01 },
    ]);
    await eventually(master.drains).toBe(1);
  });
});
