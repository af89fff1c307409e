import {
  type Close,
  type Core,
  createWorkerNode,
  type Dial,
  parseWorkerOptions,
  type RunTask,
  toWorkerNodeOptions,
  type WorkerNode,
  type WorkerOwnEffect,
  type WorkerOwnEvent,
} from "@mutirao/node-core";
import {
  AssertionError,
  assert,
  type ConnId,
  type Endpoint,
  formatEndpoint,
  jsonText,
  nodeId,
  sameEndpoint,
} from "@mutirao/primitives";
import { createEventLoop, createHostClock, createSimHost, HANDLERS } from "@mutirao/simulator/parts";
import { transportLimitDefaults } from "@mutirao/transport";
import { type Cluster, masterAt, workerHost } from "./cluster.ts";

/** The only type of task there is; its payload is the task's place in the trace. */
export const TASK_TYPE = "TRACE";

/** A dial, or the end of one, that is the business of whoever counts and slows the moves. */
interface OwnDial {
  readonly type: "worker-dial";
  readonly conn: ConnId;
  readonly to: Endpoint;
}
interface OwnClose {
  readonly type: "worker-close";
  readonly conn: ConnId;
}

const ORIGIN_MS = 2_000_000;
const WAKE_LATE_MS = 1;
/** Of a move, what the network takes by itself: the way of the SYN, its answer's, and that of the worker's first line. */
const WAYS_PER_MOVE = 3;

/** Starts a worker of one slot, at its master. */
export function bootWorker(cluster: Cluster, index: number): void {
  const { scheduler, sights, trace, conditions } = cluster;
  const owner = Math.floor(index / trace.workersEach);
  const prng = cluster.prng.fork(`worker-${index}`);
  const loop = createEventLoop(prng.fork("loop"));
  const core = createWorkerNode(nodeId(`m${owner}.w${index}`), optionsOf(owner), prng.fork("core"));
  const [lateness, moves] = [prng.fork("lateness"), prng.fork("moves")];
  let at = owner;
  /** Dials that wait until the process has made its move. */
  const waiting = new Set<ConnId>();

  const dial = ({ conn, to }: OwnDial): void => {
    const from = at;
    at = masterIndexOf(cluster, to);
    if (from === at) {
      host.transport.dial(conn, to);
      return;
    }
    sights.moves++;
    if (from === owner) sights.lent.add(index);
    const moveMs = conditions.moveMs * (0.5 + moves.next());
    waiting.add(conn);
    scheduler.after(Math.max(0, moveMs - WAYS_PER_MOVE * conditions.latencyMs), () => {
      if (waiting.delete(conn)) host.transport.dial(conn, to);
    });
  };
  const close = ({ conn }: OwnClose): void => {
    if (waiting.delete(conn)) host.transport.dial(conn, masterAt(at));
    host.transport.close(conn);
  };
  const run = ({ run: id, payload }: RunTask): void => {
    const task = Number(payload);
    assert(Number.isNaN(sights.endedAtMs[task]), "a task that nobody lost is run once");
    if (at !== owner) sights.isBorrowed[task] = 1;
    scheduler.after(trace.tasks[task]?.serviceMs ?? 0, () => {
      sights.endedAtMs[task] = scheduler.now;
      sights.done++;
      loop.post(HANDLERS, () =>
        host.deliver({ type: "run-ended", run: id, outcome: { isOk: true, output: jsonText("null") } }),
      );
    });
  };
  const host = createSimHost<WorkerOwnEvent, WorkerOwnEffect | OwnDial | OwnClose>({
    core: withOwnDials(core),
    limits: transportLimitDefaults,
    place: {
      ...cluster.placeAt(workerHost(index)),
      loop,
      clock: createHostClock(ORIGIN_MS, 1),
      prng: prng.fork("transport"),
    },
    drawLatenessMs: () => lateness.next() * WAKE_LATE_MS,
    onStep() {},
    onEndedByStop() {},
    performOwn(effect) {
      switch (effect.type) {
        case "worker-dial":
          return dial(effect);
        case "worker-close":
          return close(effect);
        case "run-task":
          return run(effect);
        default:
          throw new AssertionError(`nobody cancels a task or sends a worker away here (${effect.type})`);
      }
    },
  });
  host.startDeaf();
}

/** The same core, but its dials and closes are its host's own business. */
function withOwnDials(core: WorkerNode): Core<WorkerOwnEvent, WorkerOwnEffect | OwnDial | OwnClose> {
  return {
    handle: (event, now) =>
      core.handle(event, now).map((effect) => {
        if (effect.type === "dial") return ownDial(effect);
        return effect.type === "close" ? ownClose(effect) : effect;
      }),
    nextDeadline: () => core.nextDeadline(),
  };
}

const ownDial = ({ conn, to }: Dial): OwnDial => ({ type: "worker-dial", conn, to });
const ownClose = ({ conn }: Close): OwnClose => ({ type: "worker-close", conn });

function masterIndexOf({ trace }: Cluster, to: Endpoint): number {
  const all = Array.from({ length: trace.masters }, (_, index) => masterAt(index));
  const found = all.findIndex((at) => sameEndpoint(at, to));
  assert(found >= 0, "workers are sent to masters only");
  return found;
}

function optionsOf(owner: number) {
  const parsed = parseWorkerOptions({ master: formatEndpoint(masterAt(owner)) });
  if (!("values" in parsed)) throw new AssertionError(parsed.message);
  return toWorkerNodeOptions(parsed.values, { boot: "b", types: [TASK_TYPE] });
}
