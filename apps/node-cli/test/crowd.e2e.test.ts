import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test as base, connectRaw, type Processes, type RawClient, type RunningProcess } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { registriesPassed, startJsonNode, startNode } from "./support/nodes.ts";

const patient = ["--interval", "0.2", "--timeout", "10"];

/** More connections than the node below may have files open. */
const CROWD = 200;
const OPEN_FILES_MAX = 128;

/** `processes`, with a limit on the files that what they start may have open. */
const withFewFiles = (processes: Processes): Processes => ({
  ...processes,
  start: (name, command, args): RunningProcess =>
    processes.start(name, "/bin/sh", ["-c", `ulimit -n ${OPEN_FILES_MAX} && exec "$@"`, "sh", command, ...args]),
});

/** A peer that wants a connection for each beat, as the brief's own node does: to dial it is the only way to know it. */
interface OneShotPeer {
  readonly address: string;
  /** Resolves once it has answered so often again. */
  asked(times: number): Promise<void>;
}

const test = base.extend("oneShotPeer", async ({ task: _task }, { onCleanup }): Promise<OneShotPeer> => {
  const answer = '{"TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"one-shot"}\n';
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.end(answer);
      server.emit("answered");
    });
  });
  onCleanup(() => void server.close());
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async asked(times) {
      for (let left = times; left > 0; left--) await once(server, "answered");
    },
  };
});

describe.skipIf(process.platform === "win32")("a crowd of connections (needs ulimit)", () => {
  test("more than there are file descriptors: peers stay ALIVE, and there is room again after them", async ({
    processes,
  }) => {
    const peer = await startNode(processes, ...patient);
    const node = await startJsonNode(withFewFiles(processes), "--peer", peer.address, ...patient);
    await node.transition({ peer: peer.id, to: "ALIVE" });

    const crowd: RawClient[] = [];
    for (let count = 0; count < CROWD; count++) crowd.push(await connectRaw(node));
    await registriesPassed(node, 8);
    expect(node.transitions()).toMatchObject([{ peer: peer.id, to: "ALIVE" }]);

    for (const client of crowd) client.destroy();
    await registriesPassed(node, 1);
    const late = await connectRaw(node);
    late.write('{"TASK":"HEARTBEAT"}\n');
    expect(await late.answer(0)).toMatchObject({ SERVER_ID: node.id });
    late.destroy();
  });

  test.for([
    { crowd: "that says nothing", line: "" },
    { crowd: "that says one bare beat each", line: '{"TASK":"HEARTBEAT"}\n' },
  ])("$crowd does not keep us from asking our peers", async ({ line }, { processes, oneShotPeer }) => {
    const node = await startJsonNode(withFewFiles(processes), "--peer", oneShotPeer.address, ...patient);
    await node.transition({ peer: "one-shot", to: "ALIVE" });

    const crowd: RawClient[] = [];
    for (let count = 0; count < CROWD; count++) {
      const client = await connectRaw(node);
      client.write(line);
      crowd.push(client);
    }
    await oneShotPeer.asked(8);
    expect(node.transitions()).toMatchObject([{ peer: "one-shot", to: "ALIVE" }]);
    for (const client of crowd) client.destroy();
  });
});
