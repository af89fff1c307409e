import { type Endpoint, type NodeId, sameEndpoint } from "@mutirao/primitives";
import type { WorkerDisconnected, WorkerTalk } from "../worker-notices.ts";
import type { WorkerOutbox } from "./outbox.ts";

/** Whether the master is there, as far as the worker has seen; tells what an operator would call news. */
export interface WorkerPresence {
  /** Who the master is, if it has ever said so. */
  readonly master: NodeId | undefined;
  /** How it talks; `undefined` while it is away. */
  readonly talk: WorkerTalk | undefined;
  connected(talk: WorkerTalk, master: NodeId | undefined): void;
  disconnected(reason: WorkerDisconnected["reason"]): void;
  /** The master is another from now on, of whom nothing is known. */
  aim(at: Endpoint): void;
}

export function createWorkerPresence(home: Endpoint, { notify }: WorkerOutbox): WorkerPresence {
  let at = home;
  let master: NodeId | undefined;
  let talk: WorkerTalk | undefined;
  let lastReason: string | undefined;
  return {
    get master() {
      return master;
    },
    get talk() {
      return talk;
    },
    connected(nextTalk, nextMaster) {
      if (talk === nextTalk && master === nextMaster) return;
      talk = nextTalk;
      master = nextMaster;
      lastReason = undefined;
      notify({ kind: "worker-connected", at, master, talk });
    },
    disconnected(reason) {
      // A master that stays away is news once; so is another reason for it.
      if (talk === undefined && reason.code === lastReason) return;
      talk = undefined;
      lastReason = reason.code;
      notify({ kind: "worker-disconnected", at, isHome: sameEndpoint(at, home), reason });
    },
    aim(next) {
      at = next;
      master = undefined;
      talk = undefined;
      lastReason = undefined;
    },
  };
}
