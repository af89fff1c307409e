import { nodeId } from "@mutirao/primitives";
import type { ReleaseAck } from "../lending-messages.ts";
import { readListing } from "./lending-fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "I know that these come back." */
export const releaseAck: TaskSpec<ReleaseAck> = {
  kind: "release-ack",
  meaning:
    "Answers a COMMAND_RELEASE, on its connection. The list has those that were accepted; some send it empty or not at all.",
  words: { RESPONSE: ["RELEASE_ACK"] },
  decode: (fields) => readListing("release-ack", fields),
  encode: ({ from, workers }) => ({ SERVER_UUID: from, RESPONSE: "RELEASE_ACK", WORKERS_UUID: workers }),
  examples: [
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w1"]}',
      message: { kind: "release-ack", from: nodeId("SERVER_2"), workers: [nodeId("w1")] },
    },
    {
      line: '{"RESPONSE":"RELEASE_ACK"}',
      message: { kind: "release-ack", workers: [] },
      onlyReceived: true,
    },
  ],
};
