import { createDeadlineQueue, type DurationMs, durationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import { createLane, type Lane } from "./lane.ts";
import type { LiveTask } from "./live-task.ts";

/** Accepted tasks that no worker has yet, and the order in which they are to be given out. */
export interface Backlog {
  /** Tasks that wait for a worker, or for the end of a delay. */
  readonly size: number;
  /** Tasks that could be given out at once. */
  readonly ready: number;
  /** The task waits from now on. */
  add(task: LiveTask, now: InstantMs): void;
  /** The task waits again from `until` on. */
  delay(task: LiveTask, until: InstantMs): void;
  /** The task does not wait any more: it is given out, or cancelled. */
  remove(task: LiveTask): void;
  /**
   * The next task for a worker: of the highest priority, and of those the first accepted.
   *
   * @param types what the worker can do.
   * @param forClass only what fits into a line of the class's.
   */
  next(types: ReadonlySet<string>, forClass: boolean): LiveTask | undefined;
  /** Lets in the tasks whose delay is over. */
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
  /** How long the task that waits longest, of those that are next, has been waiting. */
  oldestWaitMs(now: InstantMs): DurationMs;
}

interface State {
  readonly fitsClassLine: (task: LiveTask) => boolean;
  readonly lanes: Map<string, Lane>;
  readonly delayed: ReturnType<typeof createDeadlineQueue<LiveTask>>;
  /** The lanes that have somebody in them, highest priority first. */
  busy: readonly Lane[];
  ready: number;
}

/** @param fitsClassLine whether a task can be given to a worker that knows the class's words only. */
export function createBacklog(fitsClassLine: (task: LiveTask) => boolean): Backlog {
  const state: State = {
    fitsClassLine,
    lanes: new Map(),
    delayed: createDeadlineQueue(),
    busy: [],
    ready: 0,
  };
  const { delayed } = state;
  return {
    get size() {
      return state.ready + delayed.size;
    },
    get ready() {
      return state.ready;
    },
    add: (task, now) => enter(state, task, now),
    delay(task, until) {
      task.phase = "delayed";
      delayed.schedule(task, until);
    },
    remove(task) {
      delayed.cancel(task);
      if (task.lane !== undefined) leave(state, task, task.lane);
    },
    next: (types, forClass) => nextOf(state.busy, types, forClass),
    wake(now) {
      for (let task = delayed.takeDue(now); task !== undefined; task = delayed.takeDue(now)) {
        delayed.cancel(task);
        enter(state, task, now);
      }
    },
    nextDeadline: () => delayed.nextDeadline(),
    oldestWaitMs(now) {
      const waitsMs = state.busy.map((lane) => elapsed(lane.first()?.queuedAt ?? now, now));
      return durationMs(Math.max(0, ...waitsMs));
    },
  };
}

function enter(state: State, task: LiveTask, now: InstantMs): void {
  const lane = laneFor(state, task);
  task.queuedAt = now;
  task.ticket++;
  task.phase = "pending";
  lane.add(task);
  task.lane = lane;
  state.ready++;
  if (lane.size > 1) return;
  const at = state.busy.findIndex(({ priority }) => priority < lane.priority);
  state.busy = at === -1 ? [...state.busy, lane] : state.busy.toSpliced(at, 0, lane);
}

function leave(state: State, task: LiveTask, lane: Lane): void {
  task.ticket++;
  task.lane = undefined;
  lane.left();
  state.ready--;
  if (lane.size > 0) return;
  state.busy = state.busy.filter((other) => other !== lane);
  // Types and priorities come from outside: a lane that nobody needs must not stay.
  state.lanes.delete(keyOf(lane));
}

const keyOf = ({ type, priority, isForClass }: Pick<Lane, "type" | "priority" | "isForClass">): string =>
  `${priority} ${isForClass} ${type}`;

function laneFor({ lanes, fitsClassLine }: State, task: LiveTask): Lane {
  const { type, priority } = task.order;
  const isForClass = fitsClassLine(task);
  const key = keyOf({ type, priority, isForClass });
  const known = lanes.get(key);
  if (known !== undefined) return known;
  const lane = createLane(type, priority, isForClass);
  lanes.set(key, lane);
  return lane;
}

function nextOf(busy: readonly Lane[], types: ReadonlySet<string>, forClass: boolean): LiveTask | undefined {
  let best: LiveTask | undefined;
  let priority = Number.NEGATIVE_INFINITY;
  for (const lane of busy) {
    if (lane.priority < priority) break;
    if (!types.has(lane.type) || (forClass && !lane.isForClass)) continue;
    const first = lane.first();
    if (first === undefined || (best !== undefined && best.seq < first.seq)) continue;
    best = first;
    priority = lane.priority;
  }
  return best;
}
