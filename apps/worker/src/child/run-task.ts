import type { JsonText } from "@mutirao/primitives";
import { checkPayload, type TaskContext, type TaskDefinition } from "@mutirao/protocol";
import { z } from "zod";
import type { RunFailure } from "../pool/lines.ts";
import { describeThrown, oneLine, stackOf } from "./describe-thrown.ts";

export type RunResult = { readonly output: JsonText } | { readonly failure: RunFailure };

/**
 * Runs a task as its definition says: reads the input, does it, reads the output. Never rejects.
 *
 * With schemas as they mostly are, the handler is called before this returns: a run whose turn has not come has then
 * not begun, and can still be taken back.
 */
export async function runTask(task: TaskDefinition, payload: JsonText, context: TaskContext): Promise<RunResult> {
  try {
    const parsed = parse(task.input, JSON.parse(payload));
    const input = parsed instanceof Promise ? await parsed : parsed;
    if (!input.success)
      return failure("ERR_TASK_INPUT_INVALID", `the payload is not right: ${firstIssue(input.error)}`);
    const given = await task.run(input.data, context);
    return await readOutput(task, given);
  } catch (thrown) {
    return { failure: readFailure(thrown) };
  }
}

async function readOutput(task: TaskDefinition, given: unknown): Promise<RunResult> {
  const output = await parse(task.output, given);
  if (!output.success) return badOutput(`is not right: ${firstIssue(output.error)}`);
  let text: string | undefined;
  try {
    text = JSON.stringify(output.data);
  } catch (error) {
    return badOutput(`cannot be written as JSON: ${oneLine(describeThrown(error))}`);
  }
  if (text === undefined && output.data !== undefined) return badOutput("cannot be written as JSON");
  // A task that gives nothing gives `null`, if its schema has nothing against it.
  const checked = checkPayload(text ?? "null");
  return "problem" in checked ? badOutput(checked.problem) : { output: checked.payload };
}

function parse(
  schema: z.ZodType,
  value: unknown,
): z.ZodSafeParseResult<unknown> | Promise<z.ZodSafeParseResult<unknown>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (error instanceof z.core.$ZodAsyncError) return schema.safeParseAsync(value);
    throw error;
  }
}

/** "field USER.name: expected string" */
function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "it does not fit its schema";
  const path = issue.path.map(String).join(".");
  return oneLine(path === "" ? issue.message : `field ${path}: ${issue.message}`);
}

const failure = (code: string, message: string): RunResult => ({ failure: { code, message } });
const badOutput = (problem: string): RunResult => failure("ERR_TASK_OUTPUT_INVALID", `the result ${problem}`);

const CODE = /^[A-Z0-9_]{1,64}$/;

/** A `TaskFailure` is told by its form: it may come of another copy of the package. */
function readFailure(thrown: unknown): RunFailure {
  const message = describeThrown(thrown);
  if (thrown instanceof Error && thrown.name === "TaskFailure" && "code" in thrown) {
    if (typeof thrown.code === "string" && CODE.test(thrown.code)) return { code: thrown.code, message };
  }
  const stack = stackOf(thrown);
  return { code: "ERR_TASK_FAILED", message, ...(stack === undefined ? {} : { stack }) };
}
