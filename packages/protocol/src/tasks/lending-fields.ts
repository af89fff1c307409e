import { type Endpoint, isHostName, isIpv4, isIpv6, type NodeId, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { LeaseRef, ReleaseAck } from "../lending-messages.ts";
import { ITEMS_MAX } from "../limits.ts";
import type { WireObject } from "../wire-object.ts";
import { type ReadItem, readList } from "./extension.ts";
import {
  epochField,
  fieldProblem,
  firstId,
  ID_MAX,
  isAbsent,
  optionalIdField,
  portField,
  readFields,
} from "./fields.ts";
import type { FieldProblem } from "./task-spec.ts";

/** An IP literal or a name; what a resolver would have to guess at is neither. */
export const hostField = z
  .string()
  .refine((host) => isIpv4(host) || isIpv6(host) || isHostName(host))
  .transform((host) => host.toLowerCase());

/** An address as the class writes it. */
export const endpointField = z
  .object({ ip: hostField, port: portField })
  .transform(({ ip, port }): Endpoint => ({ host: ip, port }));

/** An address that nothing depends on: nonsense is as good as nothing. */
export function endpointOf(value: unknown): Endpoint | undefined {
  const read = endpointField.safeParse(value);
  return read.success ? read.data : undefined;
}

export const writeEndpoint = ({ host, port }: Endpoint): WireObject => ({ ip: host, port });

/** Whether a text can be a worker's id. */
const isId = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= ID_MAX;

/**
 * Reads the first of these lists of workers that is there; none is an empty one. Such lists are seen with nulls in them:
 * what is no id is left out, and so is an id that came before.
 */
export function readWorkers(
  fields: WireObject,
  ...keys: readonly string[]
): { readonly workers: readonly NodeId[] } | FieldProblem {
  const key = keys.find((candidate) => !isAbsent(fields[candidate]));
  if (key === undefined) return { workers: [] };
  const list: unknown = fields[key];
  if (!Array.isArray(list)) return fieldProblem(fields, [key]);
  return { workers: [...new Set(list.filter(isId))].map(nodeId) };
}

/** Whether a line offers somebody, as far as its list can be read. */
export function offersWorkers(fields: WireObject, ...keys: readonly string[]): boolean {
  const read = readWorkers(fields, ...keys);
  return "problem" in read || read.workers.length > 0;
}

/** A lease as `["<worker>", epoch]`. */
function readLease(pair: unknown): ReadItem<LeaseRef> {
  const [worker, epoch]: readonly unknown[] = Array.isArray(pair) ? pair : [];
  if (!isId(worker)) return { wrong: 0 };
  const read = epochField.safeParse(epoch);
  return read.success ? { item: { worker: nodeId(worker), epoch: read.data } } : { wrong: 1 };
}

/** Reads a list of leases within `EXT`; one that is missing is empty. */
export function readLeases(
  fields: WireObject,
  name: string,
  lengthMax: number = ITEMS_MAX,
): { readonly items: readonly LeaseRef[] } | FieldProblem {
  const leases = readList(fields, name, readLease);
  if ("problem" in leases || leases.items.length <= lengthMax) return leases;
  return { problem: `field EXT.${name} has ${leases.items.length} leases, and ${lengthMax} are the most` };
}

/** Leases as a list of such pairs. */
export const leasePairs = (leases: readonly LeaseRef[]): readonly (readonly [NodeId, number])[] =>
  leases.map(({ worker, epoch }) => [worker, epoch]);

/** A wait is endless where nobody works, and JSON has no word for that. */
export const writeWait = (ms: number): number => Math.min(ms, Number.MAX_SAFE_INTEGER);

const senderWire = z.object({ SERVER_UUID: optionalIdField, MASTER_UUID: optionalIdField });

/** Who says it, if the line tells: an optional member of the message. */
export function readSender(fields: WireObject): { readonly sender: { readonly from?: NodeId } } | FieldProblem {
  const read = readFields(senderWire, fields);
  if ("problem" in read) return read;
  const from = firstId(read.fields.SERVER_UUID, read.fields.MASTER_UUID);
  return { sender: from === undefined ? {} : { from } };
}

/** Reads a message that says no more than who says it and which workers it is about. */
export function readListing<K extends string>(
  kind: K,
  fields: WireObject,
): (Omit<ReleaseAck, "kind"> & { readonly kind: K }) | FieldProblem {
  const from = readSender(fields);
  if ("problem" in from) return from;
  const read = readWorkers(fields, "WORKERS_UUID");
  return "problem" in read ? read : { kind, ...from.sender, workers: read.workers };
}
