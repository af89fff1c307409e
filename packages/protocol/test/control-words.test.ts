import { expect, test } from "vitest";
import { decodeLine } from "../src/index.ts";
import { claimants } from "./support/claimants.ts";

const kindOf = (line: string): string => {
  const decoded = decodeLine(line);
  return "message" in decoded ? decoded.message.kind : decoded.violation.code;
};

test("no line is claimed by two kinds, whatever control words it combines, and the one that claims it reads it", () => {
  const absent = undefined;
  const seen = new Set<string>();
  let lines = 0;
  const tasks = [
    "HEARTBEAT",
    "REQUEST",
    "RECEIVE",
    "QUERY",
    "NO_TASK",
    "KEEPALIVE",
    "WORKER_RESPONSE",
    "RETURN",
    "OTHER",
  ];
  for (const TASK of [absent, null, 5, ...tasks]) {
    for (const STATUS of [absent, null, 5, "OK", "NOK", "ACK", "NACK", "PONG", "OTHER"]) {
      for (const [WORKER, SERVER, RESPONSE] of [
        [],
        ["ALIVE"],
        [absent, "ALIVE"],
        ["ALIVE", "ALIVE", "ALIVE"],
        ["OTHER"],
        [absent, absent, "AVAILABLE"],
        [absent, "ALIVE", "UNAVAILABLE"],
        ["ALIVE", absent, "RELEASE_ACK"],
        [absent, absent, "RELEASE_COMPLETED"],
        [absent, absent, "OTHER"],
      ]) {
        for (const WORKER_UUID of [absent, "", "w1"]) {
          for (const EXT of [absent, { v: 1 }, { v: 2 }]) {
            for (const task of [absent, "performance_report"]) {
              const WORKERS_UUID = WORKER_UUID === absent ? absent : [WORKER_UUID];
              const fields = { TASK, STATUS, WORKER, SERVER, RESPONSE, WORKER_UUID, WORKERS_UUID, EXT, task };
              const claimed = claimants(fields);
              const kind = kindOf(JSON.stringify(fields));
              if (claimed.length > 1) throw new Error(`${JSON.stringify(fields)}: ${claimed.join(", ")}`);
              if (kind !== (claimed[0] ?? "unknown") && kind !== "ERR_FIELD_INVALID") {
                throw new Error(`${JSON.stringify(fields)} is claimed as ${claimed[0]} and read as ${kind}`);
              }
              if ((kind === "unknown") !== (claimed.length === 0)) throw new Error(JSON.stringify(fields));
              seen.add(kind);
              lines += 1;
            }
          }
        }
      }
    }
  }
  expect(lines).toBe(19_440);
  expect([...seen].toSorted()).toEqual(
    [
      "ERR_FIELD_INVALID",
      "heartbeat-reply",
      "heartbeat-request",
      "keep-alive",
      "no-task",
      "offer",
      "pong",
      "query",
      "release-completed",
      "result-acks",
      "result-batch",
      "return",
      "status-ack",
      "task-batch",
      "unknown",
      "worker-alive",
      "worker-refusal",
      "worker-status",
    ].toSorted(),
  );
});

test.each([
  // TASK comes before every other control word.
  ['{"TASK":"HEARTBEAT","WORKER":"ALIVE","WORKER_UUID":"w1"}', "heartbeat-request"],
  ['{"TASK":"WORKER_RESPONSE","STATUS":"ACK","MASTER_UUID":"m","WORKERS":[]}', "worker-refusal"],
  ['{"TASK":"WORKER_RESPONSE","STATUS":"OK","WORKER_UUID":"w1"}', "unknown"],
  ['{"TASK":"UNKNOWN","STATUS":"NOK","WORKER_UUID":"w1"}', "unknown"],
  ['{"TASK":"WORKER_RESPONSE","RESPONSE":"AVAILABLE","WORKERS":["w1"]}', "unknown"],
  ['{"TASK":"WORKER_RESPONSE","STATUS":"NACK","WORKERS":["w1"]}', "worker-refusal"],
  ['{"TASK":"HEARTBEAT","RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"]}', "unknown"],
  // Then WORKER.
  ['{"WORKER":"ALIVE","WORKER_UUID":"w1","STATUS":"OK"}', "worker-alive"],
  ['{"WORKER":"DEAD","WORKER_UUID":"w1"}', "unknown"],
  // A status without TASK needs to say whose it is.
  ['{"STATUS":"OK","WORKER_UUID":"w1"}', "worker-status"],
  ['{"STATUS":"NOK","TASK":null,"WORKER_UUID":"w1"}', "worker-status"],
  ['{"STATUS":"OK"}', "unknown"],
  ['{"STATUS":"OK","WORKER_UUID":""}', "unknown"],
  ['{"STATUS":"NOK","WORKER_UUID":null}', "unknown"],
  ['{"STATUS":"NOK","TASK":"QUERY"}', "worker-status"],
  // And RESPONSE comes last.
  ['{"STATUS":"OK","WORKER_UUID":"w1","RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"]}', "worker-status"],
  ['{"task":"performance_report","server_uuid":"m1","RESPONSE":"RELEASE_ACK"}', "performance-report"],
  ['{"TASK":null,"RESPONSE":"RELEASE_ACK"}', "release-ack"],
  ['{"STATUS":1,"WORKER":null,"RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"]}', "offer"],
  ['{"RESPONSE":"available","WORKERS_UUID":["w1"]}', "unknown"],
  ['{"RESPONSE":["AVAILABLE"],"WORKERS_UUID":["w1"]}', "unknown"],
  // Other words are not understood.
  ['{"STATUS":"DONE","TASK":"QUERY","WORKER_UUID":"w1"}', "unknown"],
  ['{"STATUS":"ok","TASK":"QUERY","WORKER_UUID":"w1"}', "unknown"],
  ['{"STATUS":7,"TASK":"QUERY","USER":"ana"}', "unknown"],
  ['{"STATUS":"PONG","TASK":"QUERY"}', "unknown"],
  ['{"STATUS":"OK","TASK":"KEEPALIVE"}', "unknown"],
  ['{"TASK":"performance_report","server_uuid":"m1"}', "unknown"],
  // What carries no STATUS worth the name is a task.
  ['{"TASK":"QUERY","STATUS":null,"USER":"ana"}', "query"],
  ['{"TASK":"KEEPALIVE","STATUS":null}', "keep-alive"],
])("%s is %s", (line, kind) => {
  expect(kindOf(line)).toBe(kind);
});
