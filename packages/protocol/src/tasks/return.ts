import { z } from "zod";
import type { Return } from "../lending-messages.ts";
import { extension, hasExtension } from "./extension.ts";
import { epochField, readFields } from "./fields.ts";
import { endpointOf, writeEndpoint } from "./lending-fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const termsWire = z.object({ EXT: z.object({ epoch: epochField.optional() }) });

/** "Go home." */
export const returnHome: TaskSpec<Return> = {
  kind: "return",
  meaning:
    "A master sends a worker home. The address is the owner's as far as the sender knows; it is often wrong, and may be missing " +
    "or nonsense, as a worker goes to the home that it remembers. To a worker of ours EXT adds the epoch of the lease that ends.",
  words: { TASK: ["RETURN"] },
  decode(fields) {
    const to = endpointOf(fields["SERVER_RETURN"]);
    const read = hasExtension(fields) ? readFields(termsWire, fields) : undefined;
    if (read !== undefined && "problem" in read) return read;
    const epoch = read?.fields.EXT.epoch;
    return { kind: "return", ...(to === undefined ? {} : { to }), ...(epoch === undefined ? {} : { epoch }) };
  },
  encode: ({ to, epoch }) => ({
    TASK: "RETURN",
    SERVER_RETURN: to && writeEndpoint(to),
    EXT: epoch === undefined ? undefined : extension({ epoch }),
  }),
  examples: [
    {
      line: '{"TASK":"RETURN","SERVER_RETURN":{"ip":"10.0.0.5","port":9101}}',
      message: { kind: "return", to: { host: "10.0.0.5", port: 9_101 } },
    },
    {
      line: '{"TASK":"RETURN","SERVER_RETURN":{"ip":"10.0.0.5","port":9101},"EXT":{"v":1,"epoch":7}}',
      message: { kind: "return", to: { host: "10.0.0.5", port: 9_101 }, epoch: 7 },
    },
    { line: '{"TASK":"RETURN"}', message: { kind: "return" } },
    {
      line: '{"TASK":"RETURN","SERVER_RETURN":{"ip":null,"port":"none"}}',
      message: { kind: "return" },
      onlyReceived: true,
    },
  ],
};
