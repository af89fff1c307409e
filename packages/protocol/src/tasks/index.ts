import { unreachable } from "@mutirao/primitives";
import type { SendableMessage } from "../messages.ts";
import { heartbeatReply } from "./heartbeat-reply.ts";
import { heartbeatRequest } from "./heartbeat-request.ts";
import type { TaskSpec } from "./task-spec.ts";
import { workerHeartbeat } from "./worker-heartbeat.ts";

/** Every message of the wire. A new TASK is a new file and a line here and in {@link encodeFields}. */
export const taskSpecs: readonly TaskSpec[] = [heartbeatRequest, heartbeatReply, workerHeartbeat];

/** The fields of a message as they go on the wire. */
export function encodeFields(message: SendableMessage): Readonly<Record<string, unknown>> {
  switch (message.kind) {
    case "heartbeat-request":
      return heartbeatRequest.encode(message);
    case "heartbeat-reply":
      return heartbeatReply.encode(message);
    case "worker-heartbeat":
      return workerHeartbeat.encode(message);
    default:
      return unreachable(message);
  }
}
