import { type Endpoint, formatEndpoint } from "@mutirao/primitives";

/** What keeps a node from listening, by stable code. */
export const listenErrors = {
  ERR_PORT_TAKEN: "Another program listens on that port.",
  ERR_PORT_FORBIDDEN: "This user may not listen on that port; ports below 1024 are often reserved.",
  ERR_HOST_NOT_LOCAL: "The `--host` is not an address of this machine.",
  ERR_LISTEN_FAILED: "The system refused to listen, for the reason given.",
} as const;

/** One line for the person who started the node. */
export interface ListenProblem {
  readonly code: keyof typeof listenErrors;
  readonly message: string;
}

/**
 * @param portFlag the flag that says the port, and
 * @param hostFlag the one that says the host.
 */
export function listenProblem(at: Endpoint, error: unknown, portFlag = "--port", hostFlag = "--host"): ListenProblem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const address = formatEndpoint(at);
  switch (code) {
    case "EADDRINUSE":
      return {
        code: "ERR_PORT_TAKEN",
        message: `${address} is taken by another program: stop it, or choose another ${portFlag} (0 takes any free one)`,
      };
    case "EACCES":
      return {
        code: "ERR_PORT_FORBIDDEN",
        message: `this user may not listen on ${address}: choose a ${portFlag} above 1023`,
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return {
        code: "ERR_HOST_NOT_LOCAL",
        message: `${hostFlag} ${at.host} is not an address of this machine: use 127.0.0.1, or one of its own addresses`,
      };
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      return { code: "ERR_LISTEN_FAILED", message: `cannot listen on ${address}: ${reason}` };
    }
  }
}
