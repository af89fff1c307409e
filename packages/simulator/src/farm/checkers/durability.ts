import type { Answer } from "@mutirao/node-core";
import type { TaskId } from "@mutirao/primitives";
import type { AttemptRef } from "@mutirao/protocol";
import type { News } from "../oracle/master-book.ts";
import { RETURNED_CODES } from "../oracle/worker-talk.ts";
import type { CreateFarmChecker, MasterLife, MasterObservation } from "../world.ts";

/** What a master has been told in this life of results that it must not forget once it has acknowledged them. */
interface Reports {
  /** Good results, by attempt and by worker's name. */
  readonly done: Map<string, TaskId>;
  /** Failures that count: how many of the task there must be on the disk. */
  readonly failed: Map<string, { readonly task: TaskId; readonly failures: number }>;
  /** The class's results, by the connection on which their acknowledgement is due. */
  readonly onConn: Map<number, { readonly task: TaskId; readonly isOk: boolean }>;
}

/**
 * Acknowledged means durable: an answer "accepted", the acknowledgement of a result, an answer "cancelled" is only given
 * when the fact is in every image of the disk that a crash from then on could leave.
 */
export const createDurabilityChecker: CreateFarmChecker = (_world, fail) => {
  const books = new WeakMap<MasterLife, Reports>();

  const isEnded = (life: MasterLife, task: TaskId): boolean => {
    const record = life.slot.disk.image.get(task);
    if (record === undefined) return life.slot.tasks.get(task)?.isForgotten ?? true;
    return record.status.state !== "pending";
  };

  const remember = (reports: Reports, life: MasterLife, { results }: News): void => {
    for (const { worker, conn, task, attempt, isOk, how, code = "" } of results) {
      if (task === undefined || attempt === undefined || worker === undefined) continue;
      if (how === "former") {
        // The same attempt may have been reported before the task was tried again by hand. That report was answered then,
        // and this one is of a task that has ended: its answer says nothing of the one that runs now.
        forget(reports, `${conn} ${attempt} ${task}`);
        continue;
      }
      // A task that was forgotten may be handed in anew under the id that it had: what was said of the former is past.
      if (how === "open") forget(reports, `${conn} ${attempt} ${task}`);
      if (worker.style !== "session") reports.onConn.set(conn, { task, isOk: isOk && how !== "unexpected" });
      else if (isOk) reports.done.set(`${conn} ${attempt} ${task}`, task);
      else if (how === "open" && !RETURNED_CODES.has(code)) {
        const failures = life.book.live.get(task)?.failures ?? 0;
        reports.failed.set(`${conn} ${attempt} ${task}`, { task, failures });
      }
    }
  };

  const forget = ({ done, failed }: Reports, key: string): void => {
    done.delete(key);
    failed.delete(key);
  };

  const checkAnswer = (life: MasterLife, answer: Answer): void => {
    const { disk, tasks } = life.slot;
    if (answer.kind === "submitted") {
      for (const draft of answer.drafts) {
        const isKept = disk.image.has(draft.id) || tasks.get(draft.id)?.isForgotten === true;
        if (draft.isAccepted && !isKept)
          fail(`${life.label} answers that ${draft.id} is accepted before it is durable`);
      }
    }
    if (answer.kind === "cancelled" && !isEnded(life, answer.task)) {
      fail(`${life.label} answers that ${answer.task} is cancelled before that is durable`);
    }
    if (answer.kind === "retried" && !disk.image.has(answer.task) && tasks.get(answer.task)?.isForgotten !== true) {
      fail(`${life.label} answers that ${answer.task} is tried again, and its disk does not know it`);
    }
  };

  const checkAck = (life: MasterLife, reports: Reports, conn: number, { task, attempt }: AttemptRef): void => {
    const key = `${conn} ${attempt} ${task}`;
    const done = reports.done.get(key);
    if (done !== undefined && !isEnded(life, done)) {
      fail(`${life.label} acknowledges the result of ${task} before its end is durable`);
    }
    const failed = reports.failed.get(key);
    const { failures = 0, state = "gone" } = life.slot.disk.image.get(task)?.status ?? {};
    const isReopened = (life.book.live.get(task)?.failures ?? 0) < (failed?.failures ?? 0);
    if (failed === undefined || state !== "pending" || isReopened || failures >= failed.failures) return;
    fail(`${life.label} acknowledges failure ${failed.failures} of ${task}, and its disk knows of ${failures}`);
  };

  const check = ({ life, effects, news }: MasterObservation): void => {
    const reports = books.get(life) ?? { done: new Map(), failed: new Map(), onConn: new Map() };
    books.set(life, reports);
    remember(reports, life, news);
    for (const effect of effects) {
      if (effect.type === "answer") checkAnswer(life, effect.answer);
      if (effect.type !== "send") continue;
      const { conn, message } = effect;
      if (message.kind === "result-acks") for (const ref of message.acks) checkAck(life, reports, conn, ref);
      const told = message.kind === "status-ack" ? reports.onConn.get(conn) : undefined;
      if (told?.isOk === true && !isEnded(life, told.task)) {
        fail(`${life.label} acknowledges a class worker's result of ${told.task} before its end is durable`);
      }
    }
  };

  return { master: check };
};
