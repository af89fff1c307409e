import type { Task } from "@mutirao/operator-api";
import { isEndState } from "@mutirao/operator-api";
import type { Reply } from "./api-client.ts";
import { createMasterClient, type MasterClient } from "./master-client.ts";
import { out, outJson } from "./output.ts";
import { taskText } from "./task-text.ts";
import { defineVerb, type Failure, wrongFlag } from "./verb.ts";
import { httpOption, jsonOption, waitOption } from "./verb-options.ts";

export const taskVerb = defineVerb({
  name: "task",
  operands: "<id>",
  summary: "Shows a task with everything that is known of it.",
  table: { http: httpOption, wait: waitOption, json: jsonOption },
  examples: ["node-cli task order-4711", "node-cli task order-4711 --wait --json | jq .result"],
  async run({ http, wait, json }, [id, ...more]) {
    if (id === undefined || id === "" || more.length > 0) {
      const message = "exactly one id goes behind the verb, as in node-cli task order-4711";
      return wrongFlag({ code: id ? "ERR_OPTION_UNKNOWN" : "ERR_OPTION_MISSING", message });
    }
    const client = createMasterClient(http);
    const reply = wait ? await waitForEnd(client, id) : await client.task(id);
    if ("failure" in reply) return reply.failure;
    if (json) outJson(reply.value);
    else out(taskText(reply.value));
    return wait ? endFailure(reply.value) : undefined;
  },
});

/** How long one request waits; it is asked again for as long as it takes. */
const WAIT_S = 30;

/** Waits until the task has ended, for as long as it takes. */
export async function waitForEnd(client: MasterClient, id: string): Promise<Reply<Task>> {
  for (;;) {
    const reply = await client.task(id, WAIT_S);
    if ("failure" in reply || isEndState(reply.value.state)) return reply;
  }
}

/** An end other than `done` is a failure of whoever waited for it. */
export function endFailure({ id, state, error, attempts }: Task): Failure | undefined {
  if (state === "done") return undefined;
  const why = error === null ? "" : `: ${error.message}`;
  const message = `task ${id} is ${state} after ${attempts} attempt${attempts === 1 ? "" : "s"}${why}`;
  return { exitCode: 1, code: error?.code ?? "ERR_TASK_CANCELLED", message };
}
