import type { DraftAnswer, TaskDraft } from "@mutirao/node-core";
import type { BatchAnswer, Problem } from "@mutirao/operator-api";
import { lineErrors, printable } from "@mutirao/protocol";
import { numberTooLarge } from "./json-body.ts";
import { parseJson } from "./json-text.ts";
import type { NdjsonLine } from "./ndjson-lines.ts";
import { problemOf, refusalProblem } from "./problem.ts";
import { readTaskRequest } from "./task-request.ts";

/** One line of a batch as it was read. */
export type BatchEntry =
  | { readonly line: number; readonly draft: TaskDraft }
  | { readonly line: number; readonly id: string | null; readonly problem: Problem };

export function readBatchLine(line: NdjsonLine): BatchEntry {
  const { number } = line;
  if ("code" in line) return { line: number, id: null, problem: problemOf(line.code, lineErrors[line.code]) };
  const parsed = parseJson(line.text);
  if ("problem" in parsed) {
    const detail = `the line begins with ${printable(line.text, 40)}`;
    const problem = parsed.problem === "not-json" ? problemOf("ERR_LINE_NOT_JSON", detail) : numberTooLarge;
    return { line: number, id: null, problem };
  }
  const { value } = parsed;
  const request = readTaskRequest(value);
  return "draft" in request ? { line: number, draft: request.draft } : { line: number, id: idIn(value), ...request };
}

/** The id that a bad line says, so that its sender knows it again. */
function idIn(value: unknown): string | null {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? printable(id) : null;
}

/** The answer lines of some entries. `answers` are those to the drafts among them, in the same order. */
export function batchAnswerText(entries: readonly BatchEntry[], answers: readonly DraftAnswer[]): string {
  let text = "";
  let next = 0;
  for (const entry of entries) {
    if ("draft" in entry) text += draftAnswerLine(entry.line, answers[next++]);
    else text += answerLine({ line: entry.line, id: entry.id, status: entry.problem.status, problem: entry.problem });
  }
  return text;
}

/** Every draft is refused for the same reason. */
export function batchRefusalText(entries: readonly BatchEntry[], problem: Problem): string {
  return entries
    .map((entry) => {
      const why = "draft" in entry ? problem : entry.problem;
      const id = "draft" in entry ? entry.draft.id : entry.id;
      return answerLine({ line: entry.line, id, status: why.status, problem: why });
    })
    .join("");
}

function draftAnswerLine(line: number, answer: DraftAnswer | undefined): string {
  if (answer === undefined) throw new Error(`the master has not answered line ${line} of a batch`);
  const { id } = answer;
  if (!answer.isAccepted) {
    const problem = refusalProblem(answer.refusal, `the task of line ${line} was not accepted`);
    return answerLine({ line, id, status: problem.status, problem });
  }
  // By hand: of everything that is said to a client this is said most often. Ids are printable ASCII.
  return `{"line":${line},"id":${JSON.stringify(id)},"status":${answer.isDuplicate ? 200 : 202}}\n`;
}

const answerLine = (answer: BatchAnswer): string => `${JSON.stringify(answer)}\n`;
