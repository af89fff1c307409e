import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { type Asked, OPENING, type OtherJob, type ThreadOptions } from "../messages.ts";
import { type Answers, createAnswers } from "./answers.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { createCommitWrites } from "./commit-writes.ts";
import { createForgetting } from "./forget-tasks.ts";
import { type OpenDatabase, openDatabase } from "./open-database.ts";
import { performJob } from "./perform-job.ts";
import { createTaskReader } from "./read-tasks.ts";
import { createTransact } from "./transaction.ts";
import { createWaitingJobs } from "./waiting-jobs.ts";
import { createWriteGroup } from "./write-group.ts";

/** Opens the store, says so, and does what is asked for until it is closed. */
export function serveJobs(port: MessagePort, options: ThreadOptions): void {
  const answers = createAnswers(port);
  try {
    const open = openDatabase(options);
    const serve = createServing(open, answers);
    port.on("message", (asked: Asked) => serve(asked, () => receiveMessageOnPort(port)?.message as Asked | undefined));
    answers.give(OPENING, { former: open.former });
  } catch (error) {
    answers.refuse({ id: OPENING }, answers.judge(error));
  }
}

/**
 * Does a job, and all that have come meanwhile. The writes that wait share one transaction; between two of these, one
 * of the other jobs has its turn, so that neither kind can starve the other.
 */
function createServing(open: OpenDatabase, answers: Answers): (first: Asked, next: () => Asked | undefined) => void {
  const { database, known } = open;
  const transact = createTransact(open);
  const waiting = createWaitingJobs();
  const commitWrites = createCommitWrites(createWriteGroup(database, known, transact), answers);
  const checkpoints = createCheckpoints(database);
  const desk = {
    reader: createTaskReader(database, known),
    forgetting: createForgetting(database, known, transact),
    close: open.close,
  };

  const perform = ({ id, job }: Asked<OtherJob>): void => {
    const { broken } = answers;
    try {
      if (broken !== undefined && job.kind !== "close") answers.refuse({ id }, broken);
      else answers.give(id, performJob(desk, job, answers.giveRows(id)));
    } catch (error) {
      answers.refuse({ id }, answers.judge(error));
    }
  };
  const tidy = (): void => {
    try {
      checkpoints.makeIfDue();
    } catch (error) {
      answers.judge(error);
    }
  };

  return (first, next) => {
    waiting.add(first);
    while (!waiting.isEmpty) {
      for (let asked = next(); asked !== undefined; asked = next()) waiting.add(asked);
      commitWrites(waiting.takeWrites());
      const other = waiting.takeOther();
      if (other !== undefined) perform(other);
      // Nothing is asked for after that.
      if (other?.job.kind === "close") return;
      if (answers.broken === undefined) tidy();
    }
  };
}
