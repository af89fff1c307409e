import { jsonText } from "@mutirao/primitives";
import type { Query } from "../messages.ts";
import { hasExtension } from "./extension.ts";
import { isAbsent, jsonOf } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "Do this." */
export const query: TaskSpec<Query> = {
  kind: "query",
  meaning:
    "A master gives a worker a task: USER is the account to look up, any JSON. There is no id on the wire, so its result " +
    "belongs to the task that the worker was given last. A line without USER asks for the account null.",
  words: { TASK: ["QUERY"] },
  claims: (fields) => isAbsent(fields["STATUS"]) && !hasExtension(fields),
  decode: (fields) => ({ kind: "query", user: jsonOf(fields["USER"] ?? null) }),
  encode: ({ user }) => jsonText(`{"TASK":"QUERY","USER":${user}}`),
  examples: [
    { line: '{"TASK":"QUERY","USER":"ana"}', message: { kind: "query", user: jsonText('"ana"') } },
    {
      line: '{"TASK":"QUERY","USER":["ana",{"cpf":"12345678900"}]}',
      message: { kind: "query", user: jsonText('["ana",{"cpf":"12345678900"}]') },
    },
    {
      line: '{"TASK":"QUERY","USER":"jo\\u00e3o"}',
      message: { kind: "query", user: jsonText('"jo\\u00e3o"') },
    },
    { line: '{"TASK":"QUERY"}', message: { kind: "query", user: jsonText("null") }, onlyReceived: true },
  ],
};
