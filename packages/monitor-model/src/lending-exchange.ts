import { exchangeIn } from "./exchange-in.ts";
import type { ToldExchange } from "./tables/journal.ts";

type Data = Readonly<Record<string, unknown>>;

/** A message, but for who said it to whom. */
type Said = Readonly<Record<"direction" | "word", string>> & Data;

/**
 * The message that a notice about lending tells of. Notices name the other master by its address.
 *
 * @param nameAt the id of the master at this address, as far as it is known
 */
export function lendingExchange(
  master: string,
  kind: string,
  data: Data,
  nameAt: (address: string) => string,
): ToldExchange | undefined {
  const said = kind === "loan-changed" ? ofLoan(data) : ofConversation(kind, data);
  const { peer } = data;
  if (said === undefined || typeof peer !== "string") return undefined;
  return exchangeIn(master, { exchange: { ...said, peer: nameAt(peer) } });
}

function ofConversation(kind: string, data: Data): Said | undefined {
  const { workers, code, why } = data;
  switch (kind) {
    case "borrow-asked":
      return { direction: "sent", word: "WORKER_REQUEST", count: workers, why: waits(data) };
    case "lend-asked":
      return { direction: "received", word: "WORKER_REQUEST", count: data["needed"], why: code };
    case "borrow-answered": {
      const isOffer = Array.isArray(workers) && workers.length > 0;
      return isOffer
        ? { direction: "received", word: "AVAILABLE", count: workers.length, workers }
        : { direction: "received", word: "UNAVAILABLE", why: code };
    }
    case "reclaim-ordered":
      return { direction: "sent", word: "COMMAND_RELEASE", count: workers, why };
    default:
      return undefined;
  }
}

function waits({ waitMs, triggerMs }: Data): string | undefined {
  if (typeof waitMs !== "number" || typeof triggerMs !== "number") return undefined;
  return `the wait of ${Math.round(waitMs)} ms is above ${Math.round(triggerMs)} ms`;
}

/** What was said when a loan came to stand as it does; each is told by the side that acts. */
function ofLoan({ direction, worker, to, reason }: Data): Said | undefined {
  const about = { count: 1, workers: [worker], why: reason };
  switch (`${String(direction)} ${String(to)}`) {
    case "out offered":
      return { direction: "sent", word: "REDIRECT", ...about };
    case "in held":
      return { direction: "received", word: "ALIVE", ...about };
    case "in releasing":
      return { direction: "sent", word: "COMMAND_RELEASE", ...about };
    case "out home":
      return { direction: "sent", word: "RELEASE_COMPLETED", ...about };
    default:
      return undefined;
  }
}
