import type { CreateFarmChecker, MasterObservation, WorkerObservation } from "../world.ts";

/**
 * No worker of ours runs more than its slots, or is thought to, or is given a task before it has said what it had; a class worker is never given a second task while the
 * first is open, nor one when it has most likely gone, and no line that it does not know.
 */
export const createSlotsChecker: CreateFarmChecker = (_world, fail) => {
  const checkWorker = ({ life }: WorkerObservation): void => {
    const { slots } = life.slot.plan.options;
    const { running } = life.core.status();
    if (running > slots) fail(`${life.label} runs ${running} tasks in ${slots} slots`);
  };

  const checkGiven = ({ life, news }: MasterObservation): void => {
    for (const { worker, task } of news.given) {
      // What was taken over came by the worker's own word, and may be more than it has room for by now.
      const held = worker.assigned.size + worker.unwanted.size;
      if (held > worker.slots) {
        fail(`${life.label} gives ${task} to ${worker.name}, which then has ${held} in ${worker.slots} slots`);
      }
      if (!worker.isResynced) {
        fail(`${life.label} gives ${task} to ${worker.name}, which has not said yet what it had`);
      }
      if (worker.status !== "alive") fail(`${life.label} gives ${task} to ${worker.name}, which is ${worker.status}`);
    }
  };

  const checkGone = ({ life, news }: MasterObservation): void => {
    for (const { worker, task } of news.givenInVain) {
      fail(`${life.label} gives ${task} to ${worker.name}, which has ended its connection`);
    }
  };

  const checkWords = ({ life, effects }: MasterObservation): void => {
    for (const effect of effects) {
      if (effect.type !== "send") continue;
      const { conn, message } = effect;
      const isSessionWord = message.kind === "task-batch" || message.kind === "result-acks";
      const style = life.book.workers.size === 0 ? undefined : styleOn(life.book.workers.values(), conn);
      if (isSessionWord && style !== "session")
        fail(`${life.label} says ${message.kind} to a worker of the class's words`);
      if (message.kind === "query" && style === "session") fail(`${life.label} says QUERY in a session`);
      const isForPull = message.kind === "no-task" || message.kind === "status-ack";
      if (isForPull && style === "push") fail(`${life.label} says ${message.kind} to a push worker`);
    }
  };

  /** Which tasks the master shows with each worker. */
  const compare = ({ life, now }: MasterObservation): void => {
    const shown = new Map(life.core.workers(now).map((view) => [view.id, view]));
    for (const { name, assigned, status } of life.book.workers.values()) {
      const view = shown.get(name);
      if (view === undefined || status === "gone") continue;
      if (view.running.length !== assigned.size) {
        fail(
          `${life.label} shows ${view.running.join(", ") || "nothing"} with ${name}, which has ` +
            `${[...assigned.keys()].join(", ") || "nothing"}`,
        );
      }
    }
  };

  return {
    worker: checkWorker,
    master(observation) {
      checkGiven(observation);
      checkGone(observation);
      checkWords(observation);
    },
    scan: compare,
  };
};

function styleOn(
  workers: Iterable<{ readonly conn: number | undefined; readonly style: string }>,
  conn: number,
): string | undefined {
  for (const worker of workers) if (worker.conn === conn) return worker.style;
  return undefined;
}
