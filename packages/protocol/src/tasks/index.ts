import { unreachable } from "@mutirao/primitives";
import { CLASS_LINE_MAX_BYTES } from "../limits.ts";
import type { SendableMessage } from "../messages.ts";
import { asciiJson } from "../printable.ts";
import type { WireObject } from "../wire-object.ts";
import { commandRelease } from "./command-release.ts";
import { heartbeatReply } from "./heartbeat-reply.ts";
import { heartbeatRequest } from "./heartbeat-request.ts";
import { keepAlive } from "./keep-alive.ts";
import { noTask } from "./no-task.ts";
import { offer } from "./offer.ts";
import { performanceReport } from "./performance-report.ts";
import { pong } from "./pong.ts";
import { query } from "./query.ts";
import { redirect } from "./redirect.ts";
import { releaseAck } from "./release-ack.ts";
import { releaseCompleted } from "./release-completed.ts";
import { resultAcks } from "./result-acks.ts";
import { resultBatch } from "./result-batch.ts";
import { returnHome } from "./return.ts";
import { statusAck } from "./status-ack.ts";
import { taskBatch } from "./task-batch.ts";
import { controlKeys, type TaskSpec } from "./task-spec.ts";
import { workerAlive } from "./worker-alive.ts";
import { workerHeartbeat } from "./worker-heartbeat.ts";
import { workerRefusal } from "./worker-refusal.ts";
import { workerRequest } from "./worker-request.ts";
import { workerStatus } from "./worker-status.ts";
import { workerWelcome } from "./worker-welcome.ts";

/** Every message of the wire. A new TASK is a new file and a line here and in {@link encodeLine}. */
export const taskSpecs: readonly TaskSpec[] = [
  heartbeatRequest,
  heartbeatReply,
  workerHeartbeat,
  workerAlive,
  query,
  noTask,
  workerStatus,
  statusAck,
  keepAlive,
  pong,
  workerWelcome,
  taskBatch,
  resultBatch,
  resultAcks,
  performanceReport,
  workerRequest,
  offer,
  workerRefusal,
  redirect,
  returnHome,
  commandRelease,
  releaseAck,
  releaseCompleted,
];

/** The specs by the control words of their lines, so that a line is only shown to those few that have its word. */
const specsByWord = controlKeys.map((key) => {
  const words = new Set(taskSpecs.flatMap((spec) => spec.words[key] ?? []));
  const specsOf = (word: string): readonly TaskSpec[] => taskSpecs.filter((spec) => spec.words[key]?.includes(word));
  return { key, specs: new Map([...words].map((word) => [word, specsOf(word)])) };
});

/** The spec that can read a line, if there is one. */
export function specOf(fields: WireObject): TaskSpec | undefined {
  for (const { key, specs } of specsByWord) {
    const word = fields[key];
    if (typeof word === "string") return specs.get(word)?.find((spec) => spec.claims?.(fields) ?? true);
  }
  return undefined;
}

/** A line without its newline, and what it may take with it. */
export interface EncodedLine {
  readonly line: string;
  readonly maxBytes: number;
}

/** The line that says this, in ASCII. */
export function encodeLine(message: SendableMessage): EncodedLine {
  switch (message.kind) {
    case "heartbeat-request":
      return encodeWith(heartbeatRequest, message);
    case "heartbeat-reply":
      return encodeWith(heartbeatReply, message);
    case "worker-heartbeat":
      return encodeWith(workerHeartbeat, message);
    case "worker-alive":
      return encodeWith(workerAlive, message);
    case "query":
      return encodeWith(query, message);
    case "no-task":
      return encodeWith(noTask, message);
    case "worker-status":
      return encodeWith(workerStatus, message);
    case "status-ack":
      return encodeWith(statusAck, message);
    case "keep-alive":
      return encodeWith(keepAlive, message);
    case "pong":
      return encodeWith(pong, message);
    case "worker-welcome":
      return encodeWith(workerWelcome, message);
    case "task-batch":
      return encodeWith(taskBatch, message);
    case "result-batch":
      return encodeWith(resultBatch, message);
    case "result-acks":
      return encodeWith(resultAcks, message);
    case "performance-report":
      return encodeWith(performanceReport, message);
    case "worker-request":
      return encodeWith(workerRequest, message);
    case "offer":
      return encodeWith(offer, message);
    case "worker-refusal":
      return encodeWith(workerRefusal, message);
    case "redirect":
      return encodeWith(redirect, message);
    case "return":
      return encodeWith(returnHome, message);
    case "command-release":
      return encodeWith(commandRelease, message);
    case "release-ack":
      return encodeWith(releaseAck, message);
    case "release-completed":
      return encodeWith(releaseCompleted, message);
    default:
      return unreachable(message);
  }
}

function encodeWith<M extends SendableMessage>(spec: TaskSpec<M>, message: M): EncodedLine {
  const encoded = spec.encode(message);
  return {
    line: typeof encoded === "string" ? encoded : asciiJson(encoded),
    maxBytes: spec.lineMaxBytes?.(message) ?? CLASS_LINE_MAX_BYTES,
  };
}
