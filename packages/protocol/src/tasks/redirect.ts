import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { Redirect, RedirectTerms } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { WireObject } from "../wire-object.ts";
import { extension, hasExtension } from "./extension.ts";
import { durationField, epochField, firstId, idField, optionalIdField, readFields } from "./fields.ts";
import { endpointField, writeEndpoint } from "./lending-fields.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const wire = z.object({ SERVER_REDIRECT: endpointField });

const termsWire = z.object({
  EXT: z.object({ epoch: epochField, owner: idField, borrower: optionalIdField, leaseMs: durationField }),
});

/** "Go and work for that master." */
export const redirect: TaskSpec<Redirect> = {
  kind: "redirect",
  meaning:
    "A master sends a worker of its own to another. The worker ends and reports what it runs, and goes. To a worker of ours " +
    "EXT adds the epoch of the lease, what it is to say in SERVER_UUID while it is away, who is to answer there, and how " +
    "long the lease lasts unless it is renewed.",
  words: { TASK: ["REDIRECT"] },
  decode(fields) {
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const terms = hasExtension(fields) ? readTerms(fields) : undefined;
    if (terms !== undefined && "problem" in terms) return terms;
    return { kind: "redirect", to: read.fields.SERVER_REDIRECT, ...(terms === undefined ? {} : { terms }) };
  },
  encode: ({ to, terms }) => ({
    TASK: "REDIRECT",
    SERVER_REDIRECT: writeEndpoint(to),
    EXT: terms && writeTerms(terms),
  }),
  lineMaxBytes: ({ terms }) => (terms === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"10.0.0.7","port":9101}}',
      message: { kind: "redirect", to: { host: "10.0.0.7", port: 9_101 } },
    },
    {
      line: '{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"10.0.0.7","port":"9101"}}',
      message: { kind: "redirect", to: { host: "10.0.0.7", port: 9_101 } },
      onlyReceived: true,
    },
    {
      line:
        '{"TASK":"REDIRECT","SERVER_REDIRECT":{"ip":"10.0.0.7","port":9101},' +
        '"EXT":{"v":1,"epoch":7,"owner":"m1","borrower":"m2","leaseMs":30000}}',
      message: {
        kind: "redirect",
        to: { host: "10.0.0.7", port: 9_101 },
        terms: { epoch: 7, owner: "m1", borrower: nodeId("m2"), leaseMs: durationMs(30_000) },
      },
    },
  ],
};

function readTerms(fields: WireObject): RedirectTerms | FieldProblem {
  const read = readFields(termsWire, fields);
  if ("problem" in read) return read;
  const { epoch, owner, leaseMs } = read.fields.EXT;
  const borrower = firstId(read.fields.EXT.borrower);
  return { epoch, owner, ...(borrower === undefined ? {} : { borrower }), leaseMs };
}

const writeTerms = ({ epoch, owner, borrower, leaseMs }: RedirectTerms): WireObject =>
  extension({ epoch, owner, borrower, leaseMs });
