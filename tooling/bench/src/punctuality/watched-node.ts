/** Our node, with a note of when it gave each verdict. */
import { serveCalls } from "../children/serve-calls.ts";
import { createOurNode, type OurNode } from "../heartbeat/our-node.ts";

let ours: OurNode | undefined;
let timeoutMs = Number.NaN;
const verdictsAtMs = new Map<string, number>();

interface Settings {
  readonly peers: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

async function start(settings: Settings): Promise<void> {
  timeoutMs = settings.timeoutMs;
  const flags = {
    peers: settings.peers,
    peersMax: String(settings.peers.length),
    intervalMs: String(settings.intervalMs / 1_000),
    timeoutMs: String(settings.timeoutMs / 1_000),
  };
  ours = createOurNode(flags, (notice) => {
    if (notice.kind !== "peer-transitioned" || notice.transition.to !== "TIMEOUT") return;
    verdictsAtMs.set(notice.transition.peer, performance.now());
  });
  await ours.host.start({ host: "127.0.0.1", port: 0 });
}

const alive = (): number => ours?.node.registry().filter(({ status }) => status === "ALIVE").length ?? 0;
const verdicts = (): number => verdictsAtMs.size;

/** How long after `last_seen + timeout` each verdict was given, in milliseconds. */
const latenessMs = (): readonly number[] =>
  (ours?.node.registry() ?? []).flatMap(({ key, lastSeenAt }) => {
    const at = verdictsAtMs.get(key);
    return at === undefined || lastSeenAt === undefined ? [] : [at - (lastSeenAt + timeoutMs)];
  });

serveCalls({ start, alive, verdicts, latenessMs });
