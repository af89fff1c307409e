import type { Endpoint } from "@mutirao/primitives";

/** The class's words as another team would write and read them, by code that shares nothing with ours. */
export interface Heard {
  readonly word: string;
  readonly worker: string;
  readonly workers: readonly string[];
  readonly at: Endpoint | undefined;
}

const line = (words: unknown): string => `${JSON.stringify(words)}\n`;

export const alive = (id: string): string => line({ SERVER_UUID: id, TASK: "HEARTBEAT", RESPONSE: "ALIVE" });
export const query = (user: string): string => line({ TASK: "QUERY", USER: user });
export const ack = line({ STATUS: "ACK" });
export const releaseCompleted = (id: string, worker: string): string =>
  line({ SERVER_UUID: id, RESPONSE: "RELEASE_COMPLETED", WORKERS_UUID: [worker] });
export const noTask = line({ TASK: "NO_TASK" });
export const unavailable = (id: string): string => line({ SERVER_UUID: id, RESPONSE: "UNAVAILABLE" });
export const available = (id: string, workers: readonly string[]): string =>
  line({ SERVER_UUID: id, RESPONSE: "AVAILABLE", WORKERS_UUID: workers });
export const releaseAck = (id: string, workers: readonly string[]): string =>
  line({ SERVER_UUID: id, RESPONSE: "RELEASE_ACK", WORKERS_UUID: workers });
export const redirect = ({ host, port }: Endpoint): string =>
  line({ TASK: "REDIRECT", SERVER_REDIRECT: { ip: host, port } });
export const returnTo = ({ host, port }: Endpoint): string =>
  line({ TASK: "RETURN", SERVER_RETURN: { ip: host, port } });
export const workerRequest = (id: string, { host, port }: Endpoint): string =>
  line({ SERVER_UUID: id, TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: host, port, needed: 1 } });
export const commandRelease = (id: string, worker: string, { host, port }: Endpoint): string =>
  line({ SERVER_UUID: id, TASK: "COMMAND_RELEASE", WORKERS_UUID: [worker], REQUESTOR_INFO: { ip: host, port } });

export function read(text: string): Heard {
  const word = wordOf(text);
  const list = /"WORKERS_UUID":\s*\[([^\]]*)\]/.exec(text)?.[1] ?? "";
  const [, host, port] = /"ip":\s*"([^"]+)",\s*"port":\s*(\d+)/.exec(text) ?? [];
  return {
    word,
    worker: /"WORKER_UUID":\s*"([^"]*)"/.exec(text)?.[1] ?? "",
    workers: [...list.matchAll(/"([^"]*)"/g)].map(([, id = ""]) => id),
    at: host === undefined ? undefined : { host, port: Number(port) },
  };
}

function wordOf(text: string): string {
  if (/"WORKER":\s*"ALIVE"/.test(text)) return "ALIVE";
  if (/"STATUS":\s*"N?OK"/.test(text)) return "STATUS";
  return /"TASK":\s*"([A-Z_]+)"/.exec(text)?.[1] ?? "";
}
