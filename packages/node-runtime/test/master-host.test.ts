import { createMasterNode, parseMasterOptions, toMasterOptions } from "@mutirao/node-core";
import {
  acceptedConnId,
  createPrng,
  durationMs,
  type Endpoint,
  jsonText,
  nodeId,
  seconds,
  taskId,
} from "@mutirao/primitives";
import { createMemoryTaskStore } from "@mutirao/task-store";
import type { TransportHandler } from "@mutirao/transport";
import { expect, test } from "vitest";
import { createMasterHost } from "../src/index.ts";

const at: Endpoint = { host: "127.0.0.1", port: 9_101 };
const conn = acceptedConnId(0);

/** A master whose other side is played by the test: what it sends, and how it is told of a line. */
async function startMaster() {
  const parsed = parseMasterOptions({ port: "0" });
  if (!("values" in parsed)) throw new Error(parsed.message);
  const sent: string[] = [];
  const handlers: TransportHandler[] = [];
  const host = createMasterHost({
    core: createMasterNode(nodeId("m"), toMasterOptions(parsed.values, "class"), createPrng("host")),
    store: createMemoryTaskStore(),
    createTransport(handler) {
      handlers.push(handler);
      return {
        listen: async () => at,
        dial: () => {},
        send: (_, line) => void sent.push(line),
        identify: () => {},
        spare: () => {},
        allow: () => {},
        owe: () => {},
        close: () => {},
        stop: async () => {},
      };
    },
    onNotice: () => {},
    wakeGranularityMs: durationMs(1),
    directory: ".",
    onStoreFailed: () => {},
  });
  await host.start(at);
  for (const handler of handlers) handler.connOpened(conn, { remote: { host: "127.0.0.1", port: 50_000 }, local: at });
  const says = (line: object): void => {
    for (const handler of handlers) handler.lineReceived(conn, JSON.stringify(line));
  };
  return { host, sent, says };
}

test("what its store keeps at once is followed up at once: given out when it is accepted, acknowledged when it is done", async () => {
  const { host, sent, says } = await startMaster();
  const EXT = { v: 1, boot: "w-1", slots: 1, types: ["QUERY"], holding: [] };
  says({ WORKER: "ALIVE", WORKER_UUID: "w", EXT });
  const news = (results: readonly object[]): object => ({ v: 1, results, progress: [], resynced: true });
  says({ STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w", EXT: news([]) });
  const id = taskId("a");
  const payload = jsonText('{"USER":"ana"}');
  const accepted = host.submit([{ id, type: "QUERY", payload, priority: 0, timeoutMs: seconds(60), maxAttempts: 3 }]);
  expect(sent.at(-1)).toContain('"tasks":[{"id":"a"');
  says({ STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w", EXT: news([{ id, n: 1, ok: true, output: { SALDO: 1 } }]) });
  expect(sent.at(-1)).toContain('"acks":[["a",1]]');
  expect(await accepted).toMatchObject({ kind: "submitted", drafts: [{ id, isAccepted: true }] });
  await host.stop();
});
