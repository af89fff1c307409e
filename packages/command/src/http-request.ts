import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Asked for as it is, instead of the URL's own: there, `.` and `..` would lead to another. */
  readonly path?: string;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  /** Sent as `authorization: Bearer`. */
  readonly token?: string | undefined;
  /** How long all of it may take. */
  readonly forMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends a request and reads its answer. `fetch` would refuse ports that browsers consider bad, 10080 and 6000 among
 * them, and hides why it fails. Connections are kept for the next request, and none keeps the process from ending.
 *
 * @throws the system's error, or one by the name of `TimeoutError`.
 */
export async function sendHttp(url: string, request: HttpRequest): Promise<HttpAnswer> {
  const { method, path, body, type, token, forMs } = request;
  const signal = AbortSignal.timeout(forMs);
  const headers: Record<string, string | number> = {};
  if (body !== undefined) headers["content-length"] = Buffer.byteLength(body);
  if (type !== undefined) headers["content-type"] = type;
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  const send = url.startsWith("https:") ? requestHttps : requestHttp;
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const fail = (error: unknown): void => reject(signal.aborted ? signal.reason : error);
  send(url, { method, headers, signal, ...(path === undefined ? {} : { path }) }, (response) => {
    text(response).then((all) => resolve({ status: response.statusCode ?? 0, text: all }), fail);
  })
    .on("error", fail)
    .end(body);
  return promise;
}
