/**
 * Why a connection is no more. "Refused" is a definite no; the others mean "I do not know": whatever was sent may or
 * may not have been received.
 */
export interface CloseReason {
  readonly code: keyof typeof transportErrors;
  /** More about it, safe to print, such as the system's own error code. */
  readonly detail?: string;
}

/** Every way in which a connection can end, with what it means to the operator. */
export const transportErrors = {
  CONN_ENDED: "The other side ended the connection in good order.",
  CONN_CLOSED: "This side ended the connection.",
  ERR_CONN_RESET: "The connection broke: reset by the other side, or given up by the network.",
  ERR_DIAL_REFUSED:
    "Nobody listens at that address and port. Start what belongs there, or correct the flag that names it.",
  ERR_DIAL_UNREACHABLE: "There is no route to that address. Check the network, and the flag that names it.",
  ERR_DIAL_TIMEOUT: "The address did not answer in time: the machine is off, cut off, or drops what it is sent.",
  ERR_DIAL_UNRESOLVED: "The host name has no address. Correct the flag that names it, or the name service.",
  ERR_DIAL_LOCAL: "This machine could not open a connection (out of file descriptors or ports, or a wrong `--host`).",
  ERR_DIAL_LIMIT:
    "This node has opened as many connections as it may have, and had none to spare for this one. Raise " +
    "`--connections-max`, or the limit of open files.",
  ERR_CONN_LIMIT:
    "Too many connections were open, in all or of senders not yet identified: this one gave way to another.",
  ERR_FIRST_LINE_TIMEOUT: "The sender opened a connection and did not send a whole line in time.",
  ERR_LINE_TIMEOUT: "The sender began a line and did not finish it in time.",
  ERR_IDLE_TIMEOUT: "The connection carried nothing for longer than the idle limit.",
  ERR_LINE_VIOLATION: "The sender broke the framing; see the line's own error.",
  ERR_SLOW_CONSUMER: "The other side does not read: too much was waiting to be sent to it.",
} as const;
