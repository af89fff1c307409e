import { nodeId } from "@mutirao/primitives";
import type { ReleaseCompleted } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES } from "../limits.ts";
import { extension, hasExtension } from "./extension.ts";
import { leasePairs, readLeases, readListing } from "./lending-fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "These are home." */
export const releaseCompleted: TaskSpec<ReleaseCompleted> = {
  kind: "release-completed",
  meaning:
    "The owner tells the borrower that workers are home, on a new connection. Some say it as soon as the worker has arrived at " +
    "the borrower, some never: only a worker's own ALIVE at home proves its return. A master of ours adds in EXT which " +
    "leases have ended.",
  words: { RESPONSE: ["RELEASE_COMPLETED"] },
  decode(fields) {
    const read = readListing("release-completed", fields);
    if ("problem" in read || !hasExtension(fields)) return read;
    const leases = readLeases(fields, "leases");
    return "problem" in leases ? leases : { ...read, leases: leases.items };
  },
  encode: ({ from, workers, leases }) => ({
    SERVER_UUID: from,
    RESPONSE: "RELEASE_COMPLETED",
    WORKERS_UUID: workers,
    EXT: leases && extension({ leases: leasePairs(leases) }),
  }),
  lineMaxBytes: ({ leases }) => (leases === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"RELEASE_COMPLETED","WORKERS_UUID":["w1"]}',
      message: { kind: "release-completed", from: nodeId("SERVER_2"), workers: [nodeId("w1")] },
    },
    {
      line: '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_COMPLETED","WORKERS_UUID":["w1"],"EXT":{"v":1,"leases":[["w1",7]]}}',
      message: {
        kind: "release-completed",
        from: nodeId("m1"),
        workers: [nodeId("w1")],
        leases: [{ worker: nodeId("w1"), epoch: 7 }],
      },
    },
  ],
};
