import type { PeerRecord } from "./peer-table.ts";

/** Ids may be 128 characters long, and lines to other teams' nodes are short: so many fit in any case. */
const CLASS_WORKERS_MAX = 8;
/** The same for a line between two of ours, where each worker stands with its lease. */
const OUR_WORKERS_MAX = 128;
/** Leases in a beat, without the workers beside them. */
export const BEAT_LEASES_MAX = 256;

/** Workers in one line to this peer; the rest waits for the next. */
export const listMax = ({ isOurs }: Pick<PeerRecord, "isOurs">): number =>
  isOurs ? OUR_WORKERS_MAX : CLASS_WORKERS_MAX;
