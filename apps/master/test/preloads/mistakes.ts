import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

// Loaded before a process of ours: plants mistakes in its sources as they are loaded. Each waits for its cue.

interface Plant {
  readonly file: string;
  /** Is there exactly once. */
  readonly find: string;
  readonly replace: string;
}

const mistakeOf = (what: string): string => `throw new Error("a mistake of the ${what}");`;

const plants: readonly Plant[] = [
  {
    file: "packages/node-core/src/transport-events.ts",
    find: "const decoded = decodeLineWith(known, line);",
    replace: `if (line.includes("cue-line")) ${mistakeOf("line")} const decoded = decodeLineWith(known, line);`,
  },
  {
    file: "packages/http-server/src/event-stream.ts",
    find: "lastId++;",
    replace: `if (event === "line-refused") ${mistakeOf("stream")} lastId++;`,
  },
  {
    file: "apps/master/src/http/http-server.ts",
    find: "getOpenApi: () => document,",
    replace: `getOpenApi: () => { ${mistakeOf("route")} },`,
  },
  {
    // The task is in the books by then, and what follows from it is not.
    file: "packages/node-core/src/master-node.ts",
    find: "ledger.flush(now);",
    replace:
      `if (event.type === "submit" && event.drafts.some(({ type }) => type === "cue")) ${mistakeOf("core")} ` +
      "ledger.flush(now);",
  },
  {
    file: "packages/node-core/src/heartbeat-node.ts",
    find: "const effects = pulse.handle(event, now);",
    replace:
      "const effects = pulse.handle(event, now);" +
      `if (event.type === "message-received" && event.line.includes("cue-core")) ${mistakeOf("core")}`,
  },
  {
    file: "packages/node-core/src/worker-node.ts",
    find: "route(state, event, now);\n",
    replace:
      "route(state, event, now);\n" +
      `if (event.type === "message-received" && event.line.includes("cue-core")) ${mistakeOf("core")}`,
  },
];

const root = new URL("../../../../", import.meta.url).href;

registerHooks({
  load(url, context, nextLoad) {
    const plant = plants.find(({ file }) => url === `${root}${file}`);
    if (plant === undefined) return nextLoad(url, context);
    const parts = readFileSync(fileURLToPath(url), "utf8").split(plant.find);
    if (parts.length !== 2) throw new Error(`${plant.find} is not there exactly once in ${plant.file}`);
    return { format: "module-typescript", source: parts.join(plant.replace), shortCircuit: true };
  },
});

// Where nobody catches anything.
process.on("SIGUSR2", () => {
  setImmediate(() => {
    throw new Error("a mistake of nobody");
  });
});
process.on("SIGHUP", () => void Promise.reject(new Error("a mistake of nobody")));
