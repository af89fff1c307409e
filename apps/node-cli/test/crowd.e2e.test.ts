import { describe, expect } from "vitest";
import { registriesPassed, startJsonNode, startNode } from "./support/nodes.ts";
import { type Processes, type RunningProcess, test } from "./support/processes.ts";
import { connectRaw, type RawClient } from "./support/raw-client.ts";

const patient = ["--interval", "0.2", "--timeout", "10"];

/** More connections than the node below may have files open. */
const CROWD = 200;
const OPEN_FILES_MAX = 128;

/** `processes`, with a limit on the files that what they start may have open. */
const withFewFiles = (processes: Processes): Processes => ({
  start: (name, command, args): RunningProcess =>
    processes.start(name, "/bin/sh", ["-c", `ulimit -n ${OPEN_FILES_MAX} && exec "$@"`, "sh", command, ...args]),
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
});
