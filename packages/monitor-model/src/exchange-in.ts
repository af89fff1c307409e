import type { ToldExchange } from "./tables/journal.ts";

const WORKERS_MAX = 64;
const TEXT_MAX = 128;
const LINE_MAX = 2_048;

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value.slice(0, TEXT_MAX) : null;

const countOf = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/**
 * The message that a notice tells of, if it tells of one. A notice of a master does so in `exchange`:
 *
 * `{ direction: "sent" | "received", peer: <id>, word: <TASK or RESPONSE>, count?, workers?: [<id>], why?, line?, bytes?,
 * isCut? }`
 *
 * @param nameAt the id of the master at this address, as far as it is known: masters name others by their address until
 *   they know better.
 */
export function exchangeIn(
  master: string,
  { exchange }: Readonly<Record<string, unknown>>,
  nameAt: (address: string) => string,
): ToldExchange | undefined {
  if (typeof exchange !== "object" || exchange === null) return undefined;
  const { direction, peer, word, count, workers, why, ...wire } = exchange as Readonly<Record<string, unknown>>;
  const [named, said] = [textOf(peer), textOf(word)];
  if (named === null || said === null || (direction !== "sent" && direction !== "received")) return undefined;
  const other = nameAt(named);
  const [from, to] = direction === "sent" ? [master, other] : [other, master];
  return {
    ...{ toldBy: master, from, to, word: said },
    count: countOf(count),
    workers: Array.isArray(workers) ? workers.flatMap((id) => textOf(id) ?? []).slice(0, WORKERS_MAX) : [],
    why: textOf(why),
    ...lineIn(wire),
  };
}

/** As it went over the wire, not made safe: whoever shows it does that. */
function lineIn({
  line,
  bytes,
  isCut,
}: Readonly<Record<string, unknown>>): Pick<ToldExchange, "line" | "bytes" | "isCut"> {
  if (typeof line !== "string") return { line: null, bytes: null, isCut: false };
  return { line: line.slice(0, LINE_MAX), bytes: countOf(bytes), isCut: isCut === true || line.length > LINE_MAX };
}
