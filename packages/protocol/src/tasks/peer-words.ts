import { z } from "zod";
import type { PeerFigures, PeerWords } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, PEER_LEASES_MAX, SESSION_LINE_MAX_BYTES, WORD_MAX } from "../limits.ts";
import { printable } from "../printable.ts";
import type { WireObject } from "../wire-object.ts";
import { countField, durationField, readFields, wordField } from "./fields.ts";
import { endpointField, leasePairs, readLeases, writeEndpoint, writeWait } from "./lending-fields.ts";
import type { FieldProblem } from "./task-spec.ts";

const wire = z.object({
  EXT: z.object({
    figures: z
      .object({
        spare: countField,
        waitMs: durationField,
        backlog: countField,
        workers: countField,
        serviceMs: durationField,
        state: wordField,
        at: endpointField.optional(),
        http: endpointField.optional(),
      })
      .optional(),
    guests: z.unknown().optional(),
    wanted: z.unknown().optional(),
  }),
});

/** Reads what a master of ours adds to a beat. Only called with lines that have an `EXT`. */
export function readPeerWords(fields: WireObject): { readonly peer: PeerWords } | FieldProblem {
  const read = readFields(wire, fields);
  if ("problem" in read) return read;
  const guests = readLeases(fields, "guests", PEER_LEASES_MAX);
  if ("problem" in guests) return guests;
  const wanted = readLeases(fields, "wanted", PEER_LEASES_MAX);
  if ("problem" in wanted) return wanted;
  const { figures, ...lists } = read.fields.EXT;
  return {
    peer: {
      ...(figures === undefined ? {} : { figures: readFigures(figures) }),
      ...(lists.guests === undefined ? {} : { guests: guests.items }),
      ...(lists.wanted === undefined ? {} : { wanted: wanted.items }),
    },
  };
}

/** The members of `EXT` that say it. */
export const writePeerWords = ({ figures, guests, wanted }: PeerWords): WireObject => ({
  figures: figures && writeFigures(figures),
  guests: guests && leasePairs(guests),
  wanted: wanted && leasePairs(wanted),
});

/** Whoever can say these lists reads long lines. */
export const beatMaxBytes = ({ peer }: { readonly peer?: PeerWords }): number =>
  peer?.guests === undefined && peer?.wanted === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES;

type WireFigures = NonNullable<z.infer<typeof wire>["EXT"]["figures"]>;

function readFigures({ at, http, ...figures }: WireFigures): PeerFigures {
  return { ...figures, ...(at === undefined ? {} : { at }), ...(http === undefined ? {} : { http }) };
}

const writeFigures = ({ spare, waitMs, backlog, workers, serviceMs, state, at, http }: PeerFigures): WireObject => ({
  spare,
  waitMs: writeWait(waitMs),
  backlog,
  workers,
  serviceMs,
  state: printable(state, WORD_MAX),
  at: at && writeEndpoint(at),
  http: http && writeEndpoint(http),
});
