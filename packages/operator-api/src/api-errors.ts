/**
 * What can be wrong with a request to a master or to a load monitor, by stable code, beyond what the master itself refuses and what is wrong
 * with a line. `docs/errors.md` is generated from this table.
 */
export const apiErrors = {
  ERR_ROUTE_UNKNOWN: "There is nothing at this path. `GET /` lists every route.",
  ERR_METHOD_NOT_ALLOWED: "The path is known, but not with this method. The header `Allow` names those that it takes.",
  ERR_REQUEST_MALFORMED: "The request is not HTTP as it should be, or its path is not well formed.",
  ERR_REQUEST_TOO_SLOW: "The request took too long to arrive.",
  ERR_REQUEST_INVALID: "A field is missing, unknown, of the wrong type or out of its range.",
  ERR_BODY_TYPE_UNKNOWN: "The body is of a type that this route does not read. Send `content-type: application/json`.",
  ERR_BODY_TOO_LARGE: "The body is larger than 1 MiB. Many tasks go to `POST /tasks:batch`, one per line.",
  ERR_BODY_NOT_JSON: "The body is not JSON.",
  ERR_PAYLOAD_INVALID: "The payload of the task is larger, deeper or wider than a line can carry.",
  ERR_HOST_FOREIGN:
    "The header `Host` is not a name of this machine. A server on a loopback address answers to those only, so that no " +
    "web page can reach it under a name of its own.",
  ERR_ORIGIN_FOREIGN: "A web page from elsewhere may not change anything here.",
  ERR_TOKEN_MISSING:
    "Whoever changes something here must send the master's token, and this request has none, or another. It is what the " +
    "file named by `--http-token-file` holds: `authorization: Bearer <token>`, or the environment variable " +
    "`MUTIRAO_TOKEN` of `node-cli`.",
  ERR_WAITS_FULL: "Too many requests wait for the end of a task. Ask again later, or without `wait`.",
  ERR_BATCHES_FULL: "Too many batches are being read. Send the batch again later.",
  ERR_EVENTS_FULL: "Too many clients read the events. Close one, or come back later.",
  ERR_MASTER_NOT_READY: "The master takes no tasks at the moment, for the reason given.",
  ERR_MASTER_UNKNOWN: "The monitor knows no such master: it never reported, or so long ago that it is forgotten.",
  ERR_HISTORY_OFF: "The past cannot be told: the monitor keeps no history, or cannot read it.",
  ERR_MONITOR_NOT_READY: "The monitor takes no requests at the moment, for the reason given.",
  ERR_INTERNAL: "The server failed to do what was asked. Its log says why.",
} as const;

export type ApiErrorCode = keyof typeof apiErrors;

/**
 * The status that goes with each code. What cannot be read is 400, what can be read and makes no sense is 422: a script
 * that gets the first has a bug in how it sends, with the second in what it sends.
 */
export const apiErrorStatus: Readonly<Record<ApiErrorCode, number>> = {
  ERR_ROUTE_UNKNOWN: 404,
  ERR_METHOD_NOT_ALLOWED: 405,
  ERR_REQUEST_MALFORMED: 400,
  ERR_REQUEST_TOO_SLOW: 408,
  ERR_REQUEST_INVALID: 422,
  ERR_BODY_TYPE_UNKNOWN: 415,
  ERR_BODY_TOO_LARGE: 413,
  ERR_BODY_NOT_JSON: 400,
  ERR_PAYLOAD_INVALID: 422,
  ERR_HOST_FOREIGN: 421,
  ERR_ORIGIN_FOREIGN: 403,
  ERR_TOKEN_MISSING: 401,
  ERR_WAITS_FULL: 503,
  ERR_BATCHES_FULL: 503,
  ERR_EVENTS_FULL: 503,
  ERR_MASTER_NOT_READY: 503,
  ERR_MASTER_UNKNOWN: 404,
  ERR_HISTORY_OFF: 503,
  ERR_MONITOR_NOT_READY: 503,
  ERR_INTERNAL: 500,
};

/** Where a code is explained, relative to the server. */
export const problemType = (code: string): string => `/errors#${code.toLowerCase()}`;
