import { fileURLToPath } from "node:url";
import {
  type LogRecord,
  logged,
  matching,
  type Processes,
  parseRecord,
  type RunningProcess,
} from "@mutirao/process-tests";

/** The entry point of the CLI under test. */
export const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** One entry of the registry, as `--json` prints it. */
interface RegistryEntryRecord {
  readonly server_id: string | null;
  readonly host: string;
  readonly port: number;
  readonly last_seen: number | null;
  readonly status: "NEVER_SEEN" | "ALIVE" | "TIMEOUT";
}

/** The whole registry, printed once per interval. */
interface RegistryRecord {
  readonly event: "registry";
  readonly at: number;
  readonly server_id: string;
  readonly registry: Readonly<Record<string, RegistryEntryRecord>>;
}

/** One change of status. */
interface TransitionRecord {
  readonly event: "transition";
  readonly at: number;
  readonly peer: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly host: string;
  readonly port: number;
}

/** A node of ours in a process of its own. */
export interface NodeUnderTest extends RunningProcess {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** `host:port`, as `--peer` takes it. */
  readonly address: string;
  /** The first log line, from index `from` on, that carries these fields. */
  logged(fields: LogRecord, from?: number): Promise<LogRecord>;
}

/** A node that prints `--json`. */
export interface JsonNode extends NodeUnderTest {
  /** Every record so far; fails if a line of stdout is anything else. */
  records(): readonly (RegistryRecord | TransitionRecord)[];
  transitions(): readonly TransitionRecord[];
  /** The first transition, printed `from` this index of stdout on, that carries these fields. */
  transition(fields: Partial<TransitionRecord>, from?: number): Promise<TransitionRecord>;
  /** The first registry, printed `from` this index of stdout on, for which the predicate holds. */
  registry(
    what: string,
    holds: (registry: RegistryRecord["registry"]) => boolean,
    from?: number,
  ): Promise<RegistryRecord>;
}

/** Runs the CLI with exactly these arguments. */
export function runCli(processes: Processes, args: readonly string[]): RunningProcess {
  return processes.start("node-cli", process.execPath, [mainFile, ...args]);
}

/** Starts a node on a free port (unless the flags name one) and waits until it listens. */
export async function startNode(processes: Processes, ...flags: readonly string[]): Promise<NodeUnderTest> {
  const hasPort = flags.includes("--port");
  const running = runCli(processes, hasPort ? flags : ["--port", "0", ...flags]);
  const listening = await logged(running, { event: "listening" });
  const { host, port, server_id: id } = listening;
  if (typeof host !== "string" || typeof port !== "number" || typeof id !== "string") {
    throw new Error(`no host, port and server_id in ${JSON.stringify(listening)}`);
  }
  return {
    ...{ ...running, id, host, port },
    address: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    logged: (fields, from) => logged(running, fields, from),
  };
}

/** Starts a node that prints `--json`. */
export async function startJsonNode(processes: Processes, ...flags: readonly string[]): Promise<JsonNode> {
  const node = await startNode(processes, "--json", ...flags);
  const records = (): readonly (RegistryRecord | TransitionRecord)[] => node.stdout.lines.map(parseOutput);
  return {
    ...node,
    records,
    transitions: () => records().filter((record) => record.event === "transition"),
    transition: (fields, from) =>
      node.stdout.find(
        `the transition ${JSON.stringify(fields)}`,
        (line) => {
          const record = parseOutput(line);
          return record.event === "transition" ? matching(record, fields) : undefined;
        },
        from,
      ),
    registry: (what, holds, from) =>
      node.stdout.find(
        `a registry with ${what}`,
        (line) => {
          const record = parseOutput(line);
          return record.event === "registry" && holds(record.registry) ? record : undefined;
        },
        from,
      ),
  };
}

/** Resolves once the node has printed this many more registries, which it does once per interval. */
export async function registriesPassed(node: JsonNode, count: number): Promise<void> {
  let left = count;
  await node.registry(`${count} more intervals`, () => --left <= 0, node.stdout.lines.length);
}

function parseOutput(line: string): RegistryRecord | TransitionRecord {
  const record = parseRecord(line);
  if (record?.["event"] !== "registry" && record?.["event"] !== "transition") {
    throw new Error(`stdout has a line that is neither a registry nor a transition: ${line}`);
  }
  return record as unknown as RegistryRecord | TransitionRecord;
}
