import { jsonText, taskId } from "@mutirao/primitives";
import { SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { ResultAcks } from "../messages.ts";
import { asciiJson } from "../printable.ts";
import { extensionText, hasExtension, readList, readRef, refPairs } from "./extension.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "These results are noted." */
export const resultAcks: TaskSpec<ResultAcks> = {
  kind: "result-acks",
  meaning: "A master has taken these results, or needs none of them any more; the worker may forget them.",
  words: { STATUS: ["ACK"], TASK: ["QUERY"] },
  claims: (fields) => fields["STATUS"] === "ACK" && hasExtension(fields),
  decode(fields) {
    const acks = readList(fields, "acks", readRef);
    return "problem" in acks ? acks : { kind: "result-acks", acks: acks.items };
  },
  encode: ({ acks }) => jsonText(`{"STATUS":"ACK","EXT":${extensionText([`"acks":${asciiJson(refPairs(acks))}`])}}`),
  lineMaxBytes: () => SESSION_LINE_MAX_BYTES,
  examples: [
    {
      line: '{"STATUS":"ACK","EXT":{"v":1,"acks":[["t1",1]]}}',
      message: { kind: "result-acks", acks: [{ task: taskId("t1"), attempt: 1 }] },
    },
  ],
};
