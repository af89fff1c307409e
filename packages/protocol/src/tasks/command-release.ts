import { nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { CommandRelease, ReleaseTerms } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { WireObject } from "../wire-object.ts";
import { extension, hasExtension } from "./extension.ts";
import { countField, readFields } from "./fields.ts";
import { endpointOf, leasePairs, readLeases, readListing, writeEndpoint } from "./lending-fields.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const termsWire = z.object({ EXT: z.object({ count: countField.optional() }) });

/** "These go home", or "I want these back". */
export const commandRelease: TaskSpec<CommandRelease> = {
  kind: "command-release",
  meaning:
    "A borrower tells the owner of workers that it gives them back. It may be repeated for ever, and is answered each time. " +
    "What is no id is left out of the list, and an address that cannot be read is as good as none. Between masters of ours " +
    "EXT adds the epochs of the leases, and the owner may say it to the borrower to have workers back: any count of those " +
    "listed, the first that finish, or all of them.",
  words: { TASK: ["COMMAND_RELEASE"] },
  decode(fields) {
    const read = readListing("command-release", fields);
    if ("problem" in read) return read;
    const at = endpointOf(fields["REQUESTOR_INFO"]);
    const terms = hasExtension(fields) ? readTerms(fields) : undefined;
    if (terms !== undefined && "problem" in terms) return terms;
    return { ...read, ...(at === undefined ? {} : { at }), ...(terms === undefined ? {} : { terms }) };
  },
  encode: ({ from, workers, at, terms }) => ({
    SERVER_UUID: from,
    TASK: "COMMAND_RELEASE",
    WORKERS_UUID: workers,
    REQUESTOR_INFO: at && writeEndpoint(at),
    EXT: terms && writeTerms(terms),
  }),
  lineMaxBytes: ({ terms }) => (terms === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"SERVER_UUID":"SERVER_2","TASK":"COMMAND_RELEASE","WORKERS_UUID":["w1","w2"]}',
      message: { kind: "command-release", from: nodeId("SERVER_2"), workers: [nodeId("w1"), nodeId("w2")] },
    },
    {
      line:
        '{"SERVER_UUID":"SERVER_2","TASK":"COMMAND_RELEASE","WORKERS_UUID":["w1"],' +
        '"REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101}}',
      message: {
        kind: "command-release",
        from: nodeId("SERVER_2"),
        workers: [nodeId("w1")],
        at: { host: "10.0.0.7", port: 9_101 },
      },
    },
    {
      line: '{"SERVER_UUID":"SERVER_2","TASK":"COMMAND_RELEASE","WORKERS_UUID":[null,"w1"],"REQUESTOR_INFO":{"ip":""}}',
      message: { kind: "command-release", from: nodeId("SERVER_2"), workers: [nodeId("w1")] },
      onlyReceived: true,
    },
    {
      line:
        '{"SERVER_UUID":"m1","TASK":"COMMAND_RELEASE","WORKERS_UUID":["w1","w2"],' +
        '"EXT":{"v":1,"leases":[["w1",7],["w2",3]],"count":1}}',
      message: {
        kind: "command-release",
        from: nodeId("m1"),
        workers: [nodeId("w1"), nodeId("w2")],
        terms: {
          leases: [
            { worker: nodeId("w1"), epoch: 7 },
            { worker: nodeId("w2"), epoch: 3 },
          ],
          count: 1,
        },
      },
    },
  ],
};

function readTerms(fields: WireObject): ReleaseTerms | FieldProblem {
  const read = readFields(termsWire, fields);
  if ("problem" in read) return read;
  const leases = readLeases(fields, "leases");
  if ("problem" in leases) return leases;
  const { count } = read.fields.EXT;
  return { leases: leases.items, ...(count === undefined ? {} : { count }) };
}

const writeTerms = ({ leases, count }: ReleaseTerms): WireObject => extension({ leases: leasePairs(leases), count });
