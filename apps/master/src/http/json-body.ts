import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { apiLimits, type Problem } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { parseJson } from "./json-text.ts";
import { problemOf } from "./problem.ts";

export type JsonBody = { readonly value: unknown } | { readonly problem: Problem };

/**
 * The types of bodies that are read: JSON in its names, and what curl and others say if they are not told better. Pages
 * from elsewhere, which may send the latter without asking first, are stopped by `guardRequest`.
 */
const readableTypes: ReadonlySet<string> = new Set([
  "",
  "application/json",
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "text/plain",
]);

export function typeProblem(contentType: string | undefined): Problem | undefined {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (readableTypes.has(type)) return undefined;
  return problemOf("ERR_BODY_TYPE_UNKNOWN", `the body is ${printable(type)}: send JSON`);
}

/**
 * Reads a whole body of JSON, within its limits of size and time.
 *
 * @param example of what the route reads, for whoever sends something else.
 * @param ifEmpty what a body without a byte means; `undefined`: nothing.
 */
export async function readJsonBody(
  request: IncomingMessage,
  arrivalMs: number,
  example = TASK,
  ifEmpty?: unknown,
): Promise<JsonBody> {
  const problem = typeProblem(request.headers["content-type"]);
  if (problem !== undefined) return { problem };
  const read = await readBytes(request, arrivalMs);
  if ("problem" in read) return read;
  const { bytes } = read;
  if (bytes.length === 0) return ifEmpty === undefined ? notJson("there is no body", example) : { value: ifEmpty };
  if (!isUtf8(bytes)) return notJson("the body is not UTF-8", example);
  const text = bytes.toString("utf8");
  const parsed = parseJson(text);
  if ("value" in parsed) return parsed;
  if (parsed.problem === "not-json") return notJson(`the body begins with ${printable(text, 40)}`, example);
  return { problem: numberTooLarge };
}

const TASK = '{"type":"QUERY","payload":{"USER":"ana"}}';

const notJson = (why: string, example: string): JsonBody => ({
  problem: problemOf("ERR_BODY_NOT_JSON", `${why}: send one JSON object, such as ${example}`),
});

export const numberTooLarge = problemOf("ERR_REQUEST_INVALID", "a number in it is too large: 1.8e308 is the end");

type ReadBytes = { readonly bytes: Buffer } | { readonly problem: Problem };

/**
 * Collects the bytes of a body. What comes after a refusal is read and thrown away by Node, so that a client that is
 * still sending gets to read why.
 */
function readBytes(request: IncomingMessage, arrivalMs: number): Promise<ReadBytes> {
  const { promise, resolve } = Promise.withResolvers<ReadBytes>();
  const chunks: Buffer[] = [];
  let length = 0;
  const finish = (result: ReadBytes): void => {
    clearTimeout(timer);
    request.off("data", onData).off("end", onEnd).off("close", onEnd);
    resolve(result);
  };
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > apiLimits.bodyMaxBytes) finish(tooLarge);
    else chunks.push(chunk);
  };
  const onEnd = (): void => finish({ bytes: Buffer.concat(chunks, length) });
  const timer = setTimeout(() => finish(tooSlow(arrivalMs)), arrivalMs);
  request.on("data", onData).once("end", onEnd).once("close", onEnd);
  return promise;
}

const tooLarge: ReadBytes = {
  problem: problemOf("ERR_BODY_TOO_LARGE", `the body has more than ${apiLimits.bodyMaxBytes} bytes`),
};

const tooSlow = (arrivalMs: number): ReadBytes => ({
  problem: problemOf("ERR_REQUEST_TOO_SLOW", `the body was not complete after ${arrivalMs / 1_000} s`),
});
