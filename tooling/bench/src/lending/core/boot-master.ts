import {
  type Answer,
  createMasterNode,
  type MasterEffect,
  type MasterNode,
  type MasterOwnEffect,
  type MasterOwnEvent,
  parseMasterOptions,
  toMasterOptions,
} from "@mutirao/node-core";
import { AssertionError, assert, formatEndpoint, type InstantMs, nodeId, unreachable } from "@mutirao/primitives";
import {
  createEventLoop,
  createHostClock,
  createSimDisk,
  createSimHost,
  type EventLoop,
  type SimHost,
  STORE,
} from "@mutirao/simulator/parts";
import { transportLimitDefaults } from "@mutirao/transport";
import { type Cluster, masterAt, peersOf } from "./cluster.ts";

/** A master that runs. */
export interface Master {
  readonly index: number;
  readonly core: MasterNode;
  readonly host: SimHost<MasterOwnEvent>;
  readonly loop: EventLoop;
  now(): InstantMs;
}

/** What a commit of the store takes: as measured by `bench store`, one task or ten per group. */
const COMMIT_MS = { min: 0.2, max: 0.5 };
/** A real timer is late by less than this, where nothing keeps its process busy. */
const WAKE_LATE_MS = 1;
const ORIGIN_MS = 1_000_000;
/** 2026-01-01. */
const WALL_OFFSET_MS = 1_767_225_600_000 - ORIGIN_MS;

/** Starts a master with its defaults, but for the interval of its heartbeats. */
export function bootMaster(cluster: Cluster, index: number): Master {
  const { scheduler, sights } = cluster;
  const prng = cluster.prng.fork(`master-${index}`);
  const at = masterAt(index);
  const loop = createEventLoop(prng.fork("loop"));
  const clock = createHostClock(ORIGIN_MS, 1);
  const core = createMasterNode(nodeId(`m${index}`), optionsOf(cluster, index), prng.fork("core"));
  const disk = createSimDisk({
    scheduler,
    prng: prng.fork("disk"),
    commitMinMs: COMMIT_MS.min,
    commitMaxMs: COMMIT_MS.max,
  });
  const store = disk.open((run) => loop.post(STORE, run));
  const lateness = prng.fork("lateness");
  const perform = (effect: MasterOwnEffect): void => {
    switch (effect.type) {
      case "store":
        store.write(effect.changes, (problem) => {
          if (problem instanceof AssertionError) throw problem;
          assert(problem === undefined, "a disk on which nothing goes wrong keeps what it is given");
          host.deliver({ type: "store-committed", write: effect.write });
        });
        break;
      case "prune":
        store.prune(effect.endedBefore, effect.finishedMax, (tasks) => host.deliver({ type: "store-pruned", tasks }));
        break;
      case "answer":
        assert(isAccepted(effect.answer), "there is room for every task");
        break;
      default:
        unreachable(effect);
    }
  };
  const host = createSimHost<MasterOwnEvent, MasterOwnEffect>({
    core,
    limits: transportLimitDefaults,
    place: { ...cluster.placeAt(at.host), loop, clock, prng: prng.fork("transport") },
    drawLatenessMs: () => lateness.next() * WAKE_LATE_MS,
    onStep({ effects }) {
      for (const effect of effects) if (isAboutLending(effect)) sights.messages++;
    },
    onEndedByStop() {},
    performOwn: perform,
  });
  host.deliver({ type: "recovered", contents: store.load(), wallOffsetMs: WALL_OFFSET_MS });
  assert(host.start(at), "nobody else listens there");
  return { index, core, host, loop, now: () => clock.read(scheduler.now) };
}

function optionsOf(cluster: Cluster, index: number) {
  const parsed = parseMasterOptions({
    port: `${masterAt(index).port}`,
    peers: peersOf(cluster, index).map(formatEndpoint),
    intervalMs: `${cluster.conditions.heartbeatIntervalMs / 1_000}`,
  });
  if (!("values" in parsed)) throw new AssertionError(parsed.message);
  return toMasterOptions(parsed.values, "class");
}

const isAccepted = (answer: Answer): boolean =>
  answer.kind === "submitted" && answer.drafts.every((draft) => draft.isAccepted);

/** What masters say to each other about workers; the words to a worker itself (REDIRECT, RETURN) are its move. */
const LENDING_WORDS: ReadonlySet<string> = new Set([
  "worker-request",
  "offer",
  "worker-refusal",
  "command-release",
  "release-ack",
  "release-completed",
]);

const isAboutLending = (effect: MasterEffect): boolean =>
  effect.type === "send" && LENDING_WORDS.has(effect.message.kind);
