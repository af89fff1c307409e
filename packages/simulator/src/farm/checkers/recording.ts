import type { MasterEffect } from "@mutirao/node-core";
import type { JsonText, TaskId } from "@mutirao/primitives";
import type { TaskRecord, TaskStatus } from "@mutirao/task-store";
import type { ResultNews } from "../oracle/books.ts";
import type { CreateFarmChecker, DurableChange, MasterLife, MasterObservation } from "../world.ts";

/**
 * A record that is an end never changes, except when the task is tried again by hand; and the first result that a
 * master is told is the one that counts.
 */
export const createRecordingChecker: CreateFarmChecker = (_world, fail) => {
  /** The end that each task has been given in a master's life. */
  const ends = new WeakMap<MasterLife, Map<TaskId, TaskStatus>>();

  const isSameEnd = (a: TaskStatus, b: TaskStatus): boolean =>
    a.state === b.state && a.result === b.result && a.endedAt === b.endedAt && a.worker === b.worker;

  const checkDurable = ({ slot, before, after }: DurableChange): void => {
    if (before === undefined || before.status.state === "pending" || isSameEnd(before.status, after.status)) return;
    const book = slot.tasks.get(after.id);
    if (
      after.status.state === "pending" &&
      before.status.state !== "done" &&
      book !== undefined &&
      book.reopenings > 0
    ) {
      book.reopenings--;
      return;
    }
    fail(`master ${slot.index} changes the record of ${after.id} from ${describe(before)} to ${describe(after)}`);
  };

  /** What a master wants kept: an end is followed by no other, and its result is the first that it was told. */
  const checkAsked = ({ life, news }: MasterObservation, { changes }: MasterEffect & { type: "store" }): void => {
    const known = ends.get(life) ?? new Map<TaskId, TaskStatus>();
    ends.set(life, known);
    for (const change of changes) {
      if (change.kind === "leased") continue;
      const [id, status] =
        change.kind === "accepted" ? [change.task.id, change.task.status] : [change.id, change.status];
      const end = known.get(id);
      if (status.state === "pending") {
        if (end !== undefined && life.book.live.get(id)?.phase === "ending") fail(`${life.label} un-ends ${id}`);
        known.delete(id);
        continue;
      }
      if (end !== undefined && !isSameEnd(end, status))
        fail(`${life.label} ends ${id} twice: ${end.state}, ${status.state}`);
      known.set(id, status);
      const first = news.results.find(({ task, isOk, how }) => task === id && isOk && COUNTS.has(how));
      if (end !== undefined || first === undefined || status.state !== "done") continue;
      if (status.result !== (first.output as JsonText))
        fail(`${life.label} records ${status.result} of ${id}, not the first`);
    }
  };

  return {
    durable: checkDurable,
    master(observation) {
      for (const effect of observation.effects) if (effect.type === "store") checkAsked(observation, effect);
    },
  };
};

/** A result of what the task was before it was cancelled, or ended otherwise, is none of the task that is tried again. */
const COUNTS: ReadonlySet<ResultNews["how"]> = new Set(["open", "stray"]);

const describe = ({ status }: TaskRecord): string =>
  `${status.state} (${status.result ?? status.error?.code ?? "nothing"})`;
