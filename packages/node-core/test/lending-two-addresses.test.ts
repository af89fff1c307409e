import { type Endpoint, formatEndpoint } from "@mutirao/primitives";
import { decodeLine } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { type MasterEvent, type MasterNodeOptions, requestId } from "../src/index.ts";
import { createMasterScene, draft, hello, results } from "./support/master-scene.ts";

const ADDRESS: Endpoint = { host: "10.0.0.2", port: 9101 };
const NAME: Endpoint = { host: "peer-b", port: 9101 };

/** m2 answers at its IP address, and by its name: those are two peers as they are configured, and one master. */
function createScene(changes: Partial<MasterNodeOptions> = {}) {
  const scene = createMasterScene({ peers: [ADDRESS, NAME], ...changes });
  scene.passTo(3);
  const beat = decodeLine('{"SERVER_UUID":"m2","TASK":"HEARTBEAT","RESPONSE":"ALIVE","EXT":{"v":1}}');
  for (const endpoint of [ADDRESS, NAME]) {
    const conn = scene.dialled(formatEndpoint(endpoint));
    if (conn === undefined || !("message" in beat)) throw new Error("the peer cannot answer");
    scene.handle({ type: "message-received", conn, remote: ADDRESS, message: beat.message });
  }
  scene.opens("w1");
  scene.says("w1", hello("w1"), results("w1", [], { resynced: true }));
  scene.opens("m2", { host: ADDRESS.host });
  scene.skip();
  type Order = Extract<MasterEvent, { readonly type: "lend" | "reclaim" }>;
  type Loose<T> = T extends unknown ? Omit<T, "request"> : never;
  const orders = (order: Loose<Order>) => {
    scene.handle({ ...order, request: requestId(99) } as Order);
    return scene.answers.at(-1);
  };
  const states = () => scene.node.loans({ limit: 9 }, scene.now()).map(({ id, state }) => `${id} ${state}`);
  return { ...scene, orders, states };
}

describe("a peer that is configured by two addresses", () => {
  test("may keep, and give back, what was lent to it by the second", () => {
    const scene = createScene();
    expect(scene.orders({ type: "lend", peer: "peer-b:9101", workers: 1 })).toMatchObject({ loans: ["w1@1"] });
    scene.closes("w1");
    scene.says("m2", { SERVER_UUID: "m2", TASK: "HEARTBEAT", EXT: { v: 1, guests: [["w1", 1]] } });
    expect(scene.told.at(-1)).toContain('m2 <- {"SERVER_UUID":"m"');
    expect(scene.told.at(-1)).not.toContain('"wanted"');
    const release = { SERVER_UUID: "m2", TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w1"] };
    scene.says("m2", { ...release, EXT: { v: 1, leases: [["w1", 1]] } });
    expect(scene.states()).toEqual(["w1@1 returning"]);
  });

  test("is called by either when workers are called back from it", () => {
    const scene = createScene();
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    scene.closes("w1");
    expect(scene.orders({ type: "reclaim", what: { peer: "peer-b:9101" } })).toMatchObject({ loans: ["w1@1"] });
  });

  test("is asked once for what is needed", () => {
    const scene = createScene();
    scene.submits(draft("a"), draft("b"), draft("c"), draft("d"));
    const asked = scene.told.filter((line) => line.includes("borrow-asked"));
    expect(asked).toEqual([expect.stringContaining('"peer":"10.0.0.2:9101"')]);
  });

  test("is lent nobody if it is barred by either", () => {
    const scene = createScene({ noLendTo: ["peer-b:9101"] });
    scene.says("m2", { SERVER_UUID: "m2", TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: ADDRESS.host, port: 9_101 } });
    expect(scene.told.find((line) => line.includes("lend-asked"))).toContain("LEND_NOT_TO_YOU");
    expect(scene.states()).toEqual([]);
  });
});
