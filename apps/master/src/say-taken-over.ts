import type { LoadView } from "@mutirao/node-core";
import type { Logger } from "pino";

/**
 * Says that the last master with this data directory did not end in good order, and what is taken up of what it left.
 *
 * @param former who that was, in words.
 */
export function sayTakenOver(logger: Logger, former: string, { backlog, running }: LoadView): void {
  const text =
    `the last master here did not end in good order, it was ${former}: nothing that was accepted is lost, ` +
    `${backlog} tasks wait, and ${running} are kept for the workers that run them`;
  logger.warn({ event: "taken-over", former, backlog, running }, text);
}
