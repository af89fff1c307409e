import { styleText } from "node:util";
import { createDemoNode, type DemoNode } from "./demo-node.ts";
import { freePorts } from "./free-ports.ts";

export const INTERVAL_S = 0.5;
export const TIMEOUT_S = 2;

/** Says what happens, with the time since the beginning. */
export type Say = (text: string) => void;

export function createNarrator(write: (text: string) => void): Say {
  const beganAt = performance.now();
  return (text) => {
    const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1).padStart(5);
    write(`${styleText("dim", `${seconds} s`)}  ${text}\n`);
  };
}

const good = (text: string): string => styleText("green", text);
const bad = (text: string): string => styleText("red", text);
const name = (node: DemoNode): string => styleText("bold", node.name);

/** Three nodes that are each other's peers; nobody is in charge. */
export async function createNeighbours(): Promise<readonly [DemoNode, DemoNode, DemoNode]> {
  const [a = 0, b = 0, c = 0] = await freePorts(3);
  const create = (nodeName: string, port: number, ...peerPorts: number[]): DemoNode =>
    createDemoNode({ name: nodeName, port, peerPorts, intervalS: INTERVAL_S, timeoutS: TIMEOUT_S });
  return [create("ana", a, b, c), create("bia", b, a, c), create("caio", c, a, b)];
}

/** They find each other, one crashes and is found missing in time, and it comes back. */
export async function tell(nodes: readonly [DemoNode, DemoNode, DemoNode], say: Say): Promise<void> {
  const [ana, bia, caio] = nodes;
  await meet(nodes, say);
  await lose(caio, [ana, bia], say);
  await welcomeBack(caio, [ana, bia], say);
}

async function meet(nodes: readonly DemoNode[], say: Say): Promise<void> {
  say(
    `Three nodes start. Each knows two addresses, and no names. A beat every ${INTERVAL_S} s, TIMEOUT after ${TIMEOUT_S} s.`,
  );
  const meetings = nodes.flatMap((node) =>
    nodes
      .filter((peer) => peer !== node)
      .map(async (peer) => {
        await node.sees(peer.name, "ALIVE");
        say(`${name(node)} has found ${name(peer)} at 127.0.0.1:${peer.port}: ${good("ALIVE")}`);
      }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  await Promise.all(meetings);
}

async function lose(lost: DemoNode, others: readonly DemoNode[], say: Say): Promise<void> {
  say(`${name(lost)} is killed, as by a crash. The others hear nothing, and wait.`);
  const verdicts = others.map(async (node) => {
    const { at } = await node.sees(lost.name, "TIMEOUT");
    const silenceS = at - (node.lastSeen(lost.name) ?? Number.NaN);
    say(`${name(node)} says that ${name(lost)} is ${bad("TIMEOUT")}, ${silenceS.toFixed(2)} s after its last answer`);
  });
  await lost.kill();
  await Promise.all(verdicts);
}

async function welcomeBack(returned: DemoNode, others: readonly DemoNode[], say: Say): Promise<void> {
  say(`${name(returned)} is started again. The others have never stopped asking.`);
  const welcomes = others.map(async (node) => {
    await node.sees(returned.name, "ALIVE");
    say(`${name(node)} has ${name(returned)} back: ${good("ALIVE")}`);
  });
  await returned.start();
  await Promise.all(welcomes);
}
