import type { LoanView } from "@mutirao/node-core";
import {
  type JournalEntry as Entry,
  type Explanation as ExplanationView,
  type Step,
  stepOf,
} from "@mutirao/node-core/journal";
import type { Explanation, JournalEntry, Loan } from "@mutirao/operator-api";
import { formatIsoTime } from "@mutirao/protocol";
import { timeOrNull } from "./task-answer.ts";

export const loanAnswer = (loan: LoanView): Loan => ({
  id: loan.id,
  worker: loan.worker,
  owner: loan.owner,
  borrower: loan.borrower,
  direction: loan.direction,
  state: loan.state,
  startedAt: formatIsoTime(loan.startedAt),
  endedAt: timeOrNull(loan.endedAt),
  leaseLeftMs: loan.leaseLeftMs === undefined ? null : Math.round(loan.leaseLeftMs),
  tasksDone: loan.tasksDone ?? null,
  reason: loan.reason,
});

const stepAnswer = ({ at, event, sentence, facts }: Step) => ({
  time: formatIsoTime(at),
  event,
  sentence,
  facts: { ...facts },
});

export const journalAnswer = (entry: Entry): JournalEntry => ({ n: entry.n, ...stepAnswer(stepOf(entry)) });

export const explanationAnswer = (about: string, { answer, steps }: ExplanationView): Explanation => ({
  about,
  answer,
  steps: steps.map(stepAnswer),
});
