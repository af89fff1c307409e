import { describe, expect, test } from "vitest";
import { createTown, type Saying } from "./support/town.ts";

/** A master of another team that knows the older spelling of a beat, in which nobody says who he is. */
const answerOfTheirs = ({ line }: Saying): string | undefined =>
  line.includes("HEARTBEAT") || line.includes('"REQUEST"') ? '{"SERVER":"ALIVE","TASK":"RECIEVE"}' : undefined;

/** m1 has two workers with nothing to do, and a peer, m2, that answers beats in the older spelling. */
function besideOlder() {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  const m2 = town.foreign("m2", answerOfTheirs);
  town.passTo(15);
  const poll = (worker: string) => town.forges("m1", "10.0.0.9", { WORKER: "ALIVE", WORKER_UUID: worker });
  for (const worker of ["w1", "w2"]) poll(worker);
  return { town, m1, m2, poll };
}

describe("a peer that does not say who it is when it answers a beat, and says so elsewhere", () => {
  test("is lent workers, and gives them back", () => {
    const { town, m1, m2, poll } = besideOlder();
    const request = { TASK: "WORKERS_NEEDED", MASTER_UUID: "id_4", MASTER_IP: m2.host, MASTER_PORT: m2.port };
    expect(town.forges("m1", m2.host, request)).toEqual([
      '{"TASK":"WORKER_RESPONSE","STATUS":"ACK","MASTER_UUID":"m1","WORKERS":["w1"]}',
    ]);
    expect(poll("w1").join()).toContain("REDIRECT");
    const release = { SERVER_UUID: "id_4", TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w1"] };
    expect(town.forges("m1", m2.host, release)).toEqual([
      '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w1"]}',
    ]);
    expect(m1.loans()).toEqual(["out w1@1 returning"]);
  });

  test("but a name gives no right: from another address it gets nobody", () => {
    const { town, m2 } = besideOlder();
    const request = { TASK: "WORKERS_NEEDED", MASTER_UUID: "id_4", MASTER_IP: m2.host, MASTER_PORT: m2.port };
    expect(town.forges("m1", "10.6.6.6", request).join()).toContain('"STATUS":"NACK"');
  });

  test("nor is somebody whose name is known meant by another name", () => {
    const town = createTown();
    town.master("m1", ["m2"]);
    town.master("m2", ["m1"]);
    town.passTo(5);
    town.forges("m1", "10.0.0.9", { WORKER: "ALIVE", WORKER_UUID: "w1" });
    const request = { SERVER_UUID: "m7", TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: "127.0.2.1", port: 9_101 } };
    expect(town.forges("m1", "127.0.2.1", request)).toEqual(['{"SERVER_UUID":"m1","RESPONSE":"UNAVAILABLE"}']);
  });
});
