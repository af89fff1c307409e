import type { CloseReason } from "@mutirao/transport";

const reasonByCode: Readonly<Record<string, CloseReason["code"]>> = {
  ECONNREFUSED: "ERR_DIAL_REFUSED",
  EHOSTUNREACH: "ERR_DIAL_UNREACHABLE",
  ENETUNREACH: "ERR_DIAL_UNREACHABLE",
  EHOSTDOWN: "ERR_DIAL_UNREACHABLE",
  ENETDOWN: "ERR_DIAL_UNREACHABLE",
  ETIMEDOUT: "ERR_DIAL_TIMEOUT",
  // A listener that ends a connection before it is complete has answered, but has not refused for good.
  ECONNRESET: "ERR_CONN_RESET",
};

/** The most telling first: what one address answers says more than that another has no route. */
const telling: readonly CloseReason["code"][] = [
  "ERR_DIAL_REFUSED",
  "ERR_CONN_RESET",
  "ERR_DIAL_TIMEOUT",
  "ERR_DIAL_UNREACHABLE",
  "ERR_DIAL_LOCAL",
];

/**
 * Why a dial failed, by the error of each address that was tried. What is not known to come from the network is of
 * this machine: out of file descriptors (EMFILE, ENFILE) or ports (EADDRNOTAVAIL, EADDRINUSE), not permitted (EACCES,
 * EPERM), or an endpoint that the platform does not take at all.
 */
export function dialFailure(errors: readonly Error[]): CloseReason {
  const reasons = errors.map(reasonOf);
  for (const code of telling) {
    const reason = reasons.find((candidate) => candidate.code === code);
    if (reason !== undefined) return reason;
  }
  return { code: "ERR_DIAL_LOCAL" };
}

function reasonOf(error: Error): CloseReason {
  const code = errorCode(error);
  return { code: reasonByCode[code] ?? "ERR_DIAL_LOCAL", detail: code };
}

/** The system's or Node's code for an error, which unlike its text has no addresses or names in it. */
export function errorCode(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : error.name;
}
