import { type Answer, type DraftAnswer, type RequestId, requestId } from "@mutirao/node-core";
import { type Prng, type TaskId, unreachable } from "@mutirao/primitives";
import { REQUESTS } from "../event-loop.ts";
import { drawTask } from "./draw-task.ts";
import type { WorkloadPlan } from "./plan.ts";
import type { FarmWorld, MasterLife, MasterSlot, TaskBook, TaskNature } from "./world.ts";

/** Hands tasks in, says the same again when it gets no answer, cancels some, and retries some that have ended. */
export interface Submitter {
  start(): void;
  answered(life: MasterLife, request: RequestId, answer: Answer): void;
  /** Nothing new from now on; what was not answered is still repeated. */
  calmDown(): void;
  /** Requests to a master that lives, and that it has not answered. */
  openRequests(life: MasterLife): readonly OpenRequest[];
  readonly isDone: boolean;
}

/** A question to one process of a master. */
export interface OpenRequest {
  readonly request: RequestId;
  readonly life: MasterLife;
  readonly kind: "submit" | "cancel" | "retry";
  readonly tasks: readonly TaskId[];
  readonly askedAt: number;
}

interface State {
  readonly world: () => FarmWorld;
  readonly slot: () => MasterSlot;
  readonly workload: WorkloadPlan;
  readonly prng: Prng;
  readonly natures: Map<TaskId, TaskNature>;
  readonly open: Map<string, OpenRequest>;
  /** What was handed in and not answered, or refused for now; it is handed in again. */
  readonly unanswered: Set<TaskId>;
  handedIn: number;
  isCalm: boolean;
}

const BURST_MAX = 12;
/** A submitter that is refused again and again gives up in the end. */
const TRIES_MAX = 40;

export function createSubmitter(
  world: () => FarmWorld,
  slot: () => MasterSlot,
  workload: WorkloadPlan,
  natures: Map<TaskId, TaskNature>,
  prng: Prng,
): Submitter {
  const state: State = {
    world,
    slot,
    workload,
    prng,
    natures,
    open: new Map(),
    unanswered: new Set(),
    handedIn: 0,
    isCalm: false,
  };
  return {
    start: () => arrange(state),
    answered: (life, request, answer) => answered(state, life, request, answer),
    calmDown() {
      state.isCalm = true;
    },
    openRequests: (life) => [...state.open.values()].filter((open) => open.life === life),
    get isDone() {
      return state.unanswered.size === 0;
    },
  };
}

function arrange(state: State): void {
  const { workload, prng } = state;
  const gapMs = -Math.log(1 - prng.next()) * workload.gapMs;
  state.world().scheduler.after(gapMs, () => {
    if (state.isCalm) return;
    if (isOnTurn(state)) act(state);
    arrange(state);
  });
}

/** Where the hot spot wanders, it is this master's turn for a while only. */
function isOnTurn({ workload: { turns }, world }: State): boolean {
  if (turns === undefined) return true;
  return Math.floor(world().scheduler.now / turns.lengthMs) % turns.count === turns.own;
}

function act(state: State): void {
  const { workload, prng } = state;
  if (prng.chance(workload.cancelRate)) cancelSome(state);
  if (prng.chance(workload.retryRate)) retrySome(state);
  if (state.handedIn >= workload.tasksMax) return;
  const count = workload.rhythm === "bursts" ? prng.integer(1, workload.burstMax ?? BURST_MAX) : 1;
  const tasks = Array.from({ length: count }, () => newTask(state));
  if (prng.chance(0.05)) tasks.push(...tasks.slice(0, 1));
  // Somebody hands in what was handed in long ago, as after a crash of his own.
  const known = [...state.slot().tasks.keys()];
  if (known.length > 0 && prng.chance(0.1)) tasks.push(known[prng.integer(0, known.length - 1)] ?? tasks[0] ?? never());
  if (workload.rhythm === "bursts" || prng.chance(0.5)) handIn(state, tasks, 0);
  else for (const task of tasks) handIn(state, [task], 0);
}

const never = (): never => {
  throw new Error("a burst has a task");
};

function newTask(state: State): TaskId {
  const { workload, prng, natures } = state;
  const slot = state.slot();
  const { draft, nature } = drawTask(
    `m${slot.index}.t${state.handedIn++}`,
    workload,
    { timeoutMs: workload.serviceMs * (3 + 5 * prng.next()), maxAttempts: prng.integer(1, 4) },
    prng,
  );
  natures.set(draft.id, nature);
  const book: TaskBook = {
    draft,
    nature,
    isAcknowledged: false,
    isForgotten: false,
    cancelAnswered: false,
    reopenings: 0,
  };
  slot.tasks.set(draft.id, book);
  return draft.id;
}

function handIn(state: State, tasks: readonly TaskId[], tries: number): void {
  for (const task of tasks) state.unanswered.add(task);
  const { workload, prng } = state;
  ask(state, "submit", tasks);
  // Somebody thinks better of it before he has his answer.
  if (tries === 0 && prng.chance(workload.cancelRate / 4)) ask(state, "cancel", tasks.slice(0, 1));
  state.world().scheduler.after(workload.patienceMs * (1 + prng.next()), () => {
    const again = tasks.filter((task) => state.unanswered.has(task));
    if (again.length === 0) return;
    if (tries < TRIES_MAX) handIn(state, again, tries + 1);
    else for (const task of again) state.unanswered.delete(task);
  });
}

/** Puts a question to the master, if there is one. What dies with it is not answered. */
function ask(state: State, kind: OpenRequest["kind"], tasks: readonly TaskId[]): void {
  const slot = state.slot();
  const { life } = slot;
  if (life === undefined) return;
  const request = requestId(life.requests++);
  const askedAt = state.world().scheduler.now;
  life.loop.post(REQUESTS, () => {
    const open: OpenRequest = { request, life, kind, tasks, askedAt };
    state.open.set(keyOf(life, request), open);
    deliver(state, open);
  });
}

const keyOf = (life: MasterLife, request: RequestId): string => `${life.number} ${request}`;

function deliver(state: State, { life, request, kind, tasks }: OpenRequest): void {
  const books = tasks.flatMap((task) => state.slot().tasks.get(task) ?? []);
  const [first] = books;
  if (first === undefined) return;
  switch (kind) {
    case "submit":
      life.host.deliver({ type: "submit", request, drafts: books.map(({ draft }) => draft) });
      break;
    case "cancel":
      life.host.deliver({ type: "cancel", request, task: first.draft.id });
      break;
    case "retry": {
      const record = state.slot().disk.image.get(first.draft.id);
      if (record === undefined || record.status.state === "pending") {
        state.open.delete(keyOf(life, request));
        return;
      }
      if (record.status.state !== "done") first.reopenings++;
      life.host.deliver({ type: "retry", request, record });
      break;
    }
    default:
      unreachable(kind);
  }
}

function cancelSome(state: State): void {
  const tasks = [...state.slot().tasks.keys()].slice(-20);
  const task = tasks[state.prng.integer(0, tasks.length - 1)];
  if (task !== undefined) ask(state, "cancel", [task]);
}

function retrySome(state: State): void {
  const ended = [...state.slot().disk.image.values()].filter(({ status }) => status.state !== "pending");
  const other = ended.filter(({ status }) => status.state !== "done");
  const from = state.prng.chance(0.8) ? other : ended;
  const record = from[state.prng.integer(0, from.length - 1)];
  if (record === undefined) return;
  // Some ask twice in a row.
  for (let times = state.prng.chance(0.3) ? 2 : 1; times > 0; times--) ask(state, "retry", [record.id]);
}

function answered(state: State, life: MasterLife, request: RequestId, answer: Answer): void {
  const key = keyOf(life, request);
  const open = state.open.get(key);
  state.open.delete(key);
  if (open === undefined) return;
  const books = state.slot().tasks;
  if (answer.kind === "submitted") for (const draft of answer.drafts) takeDraft(state, draft);
  for (const id of open.tasks) {
    const book = books.get(id);
    if (book === undefined) continue;
    if (answer.kind === "cancelled") book.cancelAnswered = true;
    if (answer.kind === "refused" && open.kind === "retry" && book.reopenings > 0) book.reopenings--;
  }
}

function takeDraft(state: State, answer: DraftAnswer): void {
  const book = state.slot().tasks.get(answer.id);
  if (answer.isAccepted) {
    state.unanswered.delete(answer.id);
    if (book !== undefined) book.isAcknowledged = true;
  } else if (state.prng.chance(0.1)) state.unanswered.delete(answer.id);
}
