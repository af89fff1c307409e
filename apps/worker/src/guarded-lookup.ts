import { performance } from "node:perf_hooks";
import { wrongHost } from "@mutirao/node-core";
import type { Endpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import type { LookupProcess } from "@mutirao/transport-tcp";
import type { Logger } from "pino";

type Lookup = LookupProcess["lookup"];

/** A master may send its workers to such a name again and again. */
const TOLD_EVERY_MS = 60_000;

/**
 * Looks up names as `lookup` does, and leaves out the addresses at which no borrower lives. The worker judges the
 * address that a REDIRECT names, but what a name stands for shows only here: one that leads to this machine, or to the
 * service that hands out a cloud's credentials, is no better than such an address. Who the home is, the operator has
 * said, so its name is taken for what it resolves to.
 */
export function guardLookup(lookup: Lookup, home: Endpoint, logger: Logger): Lookup {
  let tellAgainAt = 0;
  const tell = (name: string, address: string, wrong: string): void => {
    const now = performance.now();
    if (now < tellAgainAt) return;
    tellAgainAt = now + TOLD_EVERY_MS;
    const text = `does not connect to ${printable(name)} at ${address}: no borrower is to be found there, it is ${wrong}`;
    logger.warn({ event: "address-refused", name: printable(name), address }, text);
  };
  const isGood = (name: string, address: string): boolean => {
    const wrong = wrongHost(address, home);
    if (wrong !== undefined) tell(name, address, wrong);
    return wrong === undefined;
  };
  return (name, done) =>
    lookup(name, (error, addresses) => {
      const isTrusted = error !== null || name === home.host;
      done(error, isTrusted ? addresses : addresses.filter(({ address }) => isGood(name, address)));
    });
}
