import { fileURLToPath } from "node:url";
import {
  type ForeignPeer,
  type ForeignProcess,
  freePort,
  type LogRecord,
  ownLoopbackHost,
  type Processes,
  runForeign,
  startForeign,
} from "@mutirao/process-tests";
import type { ToldEvent } from "./event-follower.ts";
import { followEvents } from "./event-follower.ts";
import { type MasterUnderTest, startMasterAt } from "./master-under-test.ts";
import type { Place } from "./places.ts";

const fileOf = (name: string): string => fileURLToPath(new URL(`../peers/${name}.py`, import.meta.url));

/** How workers of the class talk, and how orders reach them. */
export const styles = ["pull", "listening", "push"] as const;
export type Style = (typeof styles)[number];

/** Two addresses, for a master of ours and one of the class, that are to name each other. */
export interface Neighbours {
  readonly ours: Place;
  readonly theirs: string;
  readonly theirPort: number;
}

/** Each has an address of its own, and push workers connect to the port above. */
export async function newNeighbours(): Promise<Neighbours> {
  const [host, theirs] = [ownLoopbackHost(), ownLoopbackHost()];
  const [port, http, theirPort] = [await freePort(host), await freePort(host), await freePort(theirs)];
  const ports = ["--port", `${port}`, "--push-port", `${port + 1}`];
  const flags = ["--host", host, ...ports, "--http", `${host}:${http}`];
  return { ours: { host, port, address: `${host}:${port}`, http: `${host}:${http}`, flags }, theirs, theirPort };
}

export async function startOurs(
  processes: Processes,
  { ours, theirs, theirPort }: Neighbours,
  ...flags: readonly string[]
): Promise<MasterUnderTest & { readonly events: Awaited<ReturnType<typeof followEvents>> }> {
  const data = ["--data-dir", await processes.newFolder(), "--interval", "0.2", "--timeout", "2"];
  const peer = ["--id", "SERVER_1", "--peer", `${theirs}:${theirPort}`];
  const place = [...ours.flags, ...data, ...peer];
  const master = await startMasterAt(processes, place, ...flags);
  return { ...master, events: await followEvents(place) };
}

/** Starts a master of the class, called SERVER_2. */
export function startTheirs(
  processes: Processes,
  { ours, theirs, theirPort }: Neighbours,
  ...flags: readonly string[]
): Promise<ForeignPeer> {
  const place = ["--host", theirs, "--port", `${theirPort}`, "--id", "SERVER_2", "--peer", ours.address];
  return startForeign(processes, "lending master", fileOf("lending_master"), [...place, ...flags]);
}

/** Runs a worker of the class that lives at this master, and can be lent. */
export function runLentWorker(
  processes: Processes,
  style: Style,
  home: { readonly host: string; readonly port: number },
  ...flags: readonly string[]
): ForeignProcess {
  const port = style === "push" ? home.port + 1 : home.port;
  const place = ["--style", style, "--master", `${home.host}:${port}`, "--host", home.host, "--source", home.host];
  return runForeign(processes, `${style} worker`, fileOf("lent_worker"), [...place, "--id", "w-1", ...flags]);
}

/** A loan has come to this state. */
export const loanIs =
  (state: string) =>
  (event: ToldEvent): boolean =>
    event.kind === "loan-changed" && event["to"] === state;

/** What it was told or said, of one kind, as messages. */
export const linesOf = (peer: ForeignProcess, event: string, key = "line"): readonly LogRecord[] =>
  peer
    .reports(event)
    .map((report) => report[key])
    .filter((line) => typeof line === "string")
    .map((line) => JSON.parse(line) as LogRecord);
