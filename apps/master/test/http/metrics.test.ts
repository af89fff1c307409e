import { expect } from "vitest";
import { httpLimits } from "../../src/http/http-limits.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { eventually } from "./support/eventually.ts";
import { startHandWorker } from "./support/hand-worker.ts";
import { type ServingMaster, test } from "./support/serving-master.ts";

/** The samples of `/metrics`: `name{labels}` to value. */
async function samples(master: ServingMaster): Promise<ReadonlyMap<string, number>> {
  const response = await master.ask("GET", "/metrics");
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, name, value] = /^(\S+) (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`this is no sample: ${line}`);
      return [name, Number(value)];
    }),
  );
}

test("the farm, the load, the notices and the process, in Prometheus's words", async ({ serve }) => {
  const master = await serve();
  const worker = await startHandWorker(master.at);
  for (const id of ["a", "b"]) await master.ask("POST", "/tasks", { id, type: "QUERY", payload: { USER: "ana" } });
  worker.done(await worker.next(), { SALDO: 1 });
  await master.ask("GET", "/tasks/a?wait=30");
  const seen = await samples(master);
  const expected: Readonly<Record<string, number>> = {
    mutirao_backlog_tasks: 0,
    mutirao_running_tasks: 1,
    mutirao_slots: 4,
    mutirao_busy_slots: 1,
    'mutirao_workers{status="ALIVE"}': 1,
    'mutirao_workers{status="AWAY"}': 0,
    'mutirao_peers{status="ALIVE"}': 0,
    'mutirao_load_state{state="NORMAL"}': 1,
    'mutirao_load_state{state="SATURATED"}': 0,
    'mutirao_notices_total{kind="task-recorded"}': 1,
    'mutirao_notices_total{kind="worker-joined"}': 1,
    'mutirao_http_answers_total{method="POST",status="202"}': 2,
    'mutirao_http_limit{limit="waitsMax"}': 1_000,
  };
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, seen.get(name)]))).toStrictEqual(expected);
  for (const name of [
    "process_cpu_seconds_total",
    "nodejs_eventloop_lag_p99_seconds",
    "process_resident_memory_bytes",
  ]) {
    expect(seen.get(name)).toBeGreaterThanOrEqual(0);
  }
  worker.done(await worker.next(), { SALDO: 1 });
  await master.ask("GET", "/tasks/b?wait=30");
  expect((await samples(master)).get('mutirao_notices_total{kind="task-recorded"}')).toBe(2);
});

test("two masters in one process do not share their figures", async ({ serve }) => {
  const [one, other] = [await serve(), await serve()];
  await one.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
  expect((await samples(one)).get("mutirao_backlog_tasks")).toBe(1);
  expect((await samples(other)).get("mutirao_backlog_tasks")).toBe(0);
});

test("a wait that is not known is left out, and comes back", async ({ serve }) => {
  const master = await serve();
  await master.ask("POST", "/tasks", { type: "QUERY", payload: { USER: "ana" } });
  expect((await samples(master)).get("mutirao_estimated_wait_seconds")).toBeUndefined();
  await startHandWorker(master.at);
  await eventually(async () => (await samples(master)).get("mutirao_estimated_wait_seconds")).toBe(0);
});

test("one look at the load serves all its figures, and the next time it is looked at anew", async ({ serve }) => {
  const { access } = await serve();
  let looks = 0;
  const load = () => {
    looks++;
    return access.load();
  };
  const nothing = { eventClients: 0, eventClientsDropped: 0, waits: 0, batches: 0, connectionsDropped: 0 };
  const metrics = createMetrics({ ...access, load }, httpLimits, () => nothing);
  expect(await metrics.text()).toContain("mutirao_backlog_tasks 0");
  await metrics.text();
  metrics.close();
  expect(looks).toBe(2);
});
