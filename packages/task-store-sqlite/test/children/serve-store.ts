import { TaskStoreError } from "@mutirao/task-store";
import { openSqliteTaskStore } from "../../src/index.ts";
import type { Answer, Call } from "../support/store-process.ts";

// A store in a process of its own, that can be killed. It opens the directory that it is given, and does as it is told.
const [directory = "", fileMaxBytes] = process.argv.slice(2);
const opening = openSqliteTaskStore({
  directory,
  fileMaxBytes: fileMaxBytes === undefined ? undefined : Number(fileMaxBytes),
});
opening.catch(() => {});

async function serve({ id, name, args }: Call): Promise<void> {
  const answer = (rest: Omit<Answer, "id">): void => void process.send?.({ id, ...rest });
  try {
    const store = await opening;
    const call = name === "open" ? undefined : (store[name] as (...given: readonly unknown[]) => Promise<unknown>);
    answer({ result: await call?.(...args) });
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: unknown };
    answer({ failure: { message, code: error instanceof TaskStoreError ? String(code) : undefined } });
  }
}

process.on("message", (calls: readonly Call[]) => {
  for (const call of calls) void serve(call);
});
process.on("disconnect", () => process.exit(0));
