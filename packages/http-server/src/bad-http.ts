import type { Socket } from "node:net";
import { apiProblem } from "./problem.ts";

/** Answers what is not HTTP, as far as it can be answered, and closes. There is no request yet, and thus no reply. */
export function answerBadHttp(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? apiProblem("ERR_REQUEST_TOO_SLOW", "the head of the request was not complete in time")
      : apiProblem("ERR_REQUEST_MALFORMED", "this is not HTTP/1.1, or its head is too large");
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.status === 408 ? "Request Timeout" : "Bad Request"}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
