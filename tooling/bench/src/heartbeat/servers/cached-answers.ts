import { randomUUID } from "node:crypto";

const id = randomUUID();

/** The answers of a node, made once: what a server that says nothing else needs no more than to look up. */
export const cachedAnswers = {
  /** To a bare request. */
  brief: `${JSON.stringify({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: id })}\n`,
  /** To a request that says who asks. */
  class: `${JSON.stringify({ SERVER_UUID: id, TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: id })}\n`,
};
