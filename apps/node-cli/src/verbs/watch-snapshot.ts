import type { Load, Peer, TaskSummary, Worker } from "@mutirao/operator-api";
import type { Reply } from "./api-client.ts";
import type { MasterClient } from "./master-client.ts";

/** A master as it stands at one moment, more or less: it is asked several things at once. */
export interface Snapshot {
  readonly at: string;
  readonly load: Load;
  readonly workers: readonly Worker[];
  readonly peers: readonly Peer[];
  /** The tasks that run, so many at most. */
  readonly running: readonly TaskSummary[];
}

const RUNNING_MAX = 50;

export async function takeSnapshot(client: MasterClient): Promise<Reply<Snapshot>> {
  const [load, workers, peers, running] = await Promise.all([
    client.load(),
    client.workers(),
    client.peers(),
    client.tasks({ state: "running", limit: RUNNING_MAX }),
  ]);
  if ("failure" in load) return load;
  if ("failure" in workers) return workers;
  if ("failure" in peers) return peers;
  if ("failure" in running) return running;
  const at = new Date().toISOString();
  return { value: { at, load: load.value, workers: workers.value, peers: peers.value, running: running.value } };
}
