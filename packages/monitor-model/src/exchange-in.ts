import { printable } from "@mutirao/protocol";
import type { ToldExchange } from "./tables/journal.ts";

const WORKERS_MAX = 64;
const TEXT_MAX = 128;
const LINE_MAX = 1_400;

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value.slice(0, TEXT_MAX) : null;

/**
 * The message that a notice tells of, if it tells of one. A notice of a master does so in `exchange`:
 *
 * `{ direction: "sent" | "received", peer: <id>, word: <TASK or RESPONSE>, count?, workers?: [<id>], why?, line? }`
 */
export function exchangeIn(master: string, { exchange }: Readonly<Record<string, unknown>>): ToldExchange | undefined {
  if (typeof exchange !== "object" || exchange === null) return undefined;
  const { direction, peer, word, count, workers, why, line } = exchange as Readonly<Record<string, unknown>>;
  const [other, said] = [textOf(peer), textOf(word)];
  if (other === null || said === null || (direction !== "sent" && direction !== "received")) return undefined;
  const [from, to] = direction === "sent" ? [master, other] : [other, master];
  return {
    ...{ toldBy: master, from, to, word: said },
    count: typeof count === "number" && Number.isFinite(count) ? count : null,
    workers: Array.isArray(workers) ? workers.flatMap((id) => textOf(id) ?? []).slice(0, WORKERS_MAX) : [],
    why: textOf(why),
    line: typeof line === "string" ? printable(line, LINE_MAX) : null,
  };
}
