import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { isTaskType, type TaskDefinition } from "@mutirao/protocol";
import type { HandlerModule } from "./config.ts";
import { describeThrown, oneLine } from "./describe-thrown.ts";

export type LoadedTasks =
  | { readonly tasks: ReadonlyMap<string, TaskDefinition> }
  /** What is wrong, and in which module; one line. */
  | { readonly problem: string };

/** Loads the modules, and finds every task definition that they export, by whatever name, alone or in an array. */
export async function loadTasks(modules: readonly HandlerModule[]): Promise<LoadedTasks> {
  const tasks = new Map<string, TaskDefinition>();
  const homes = new Map<string, HandlerModule>();
  for (const module of modules) {
    const loaded = await loadModule(module);
    if ("problem" in loaded) return { problem: `${module.name} ${loaded.problem}` };
    for (const task of loaded.tasks) {
      const home = homes.get(task.type);
      if (home !== undefined && !home.isBuiltIn) {
        return { problem: `${module.name} defines the task ${task.type}, which ${home.name} defines already` };
      }
      tasks.set(task.type, task);
      homes.set(task.type, module);
    }
  }
  return { tasks };
}

async function loadModule({
  url,
}: HandlerModule): Promise<{ readonly tasks: readonly TaskDefinition[] } | { readonly problem: string }> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    return { problem: `cannot be loaded: ${oneLine(describeThrown(error))}${placeOf(error, url)}` };
  }
  // A definition may well be exported under two names.
  const candidates = new Set(Object.values(exported).flatMap((value) => (Array.isArray(value) ? value : [value])));
  const tasks: TaskDefinition[] = [];
  for (const candidate of candidates) {
    const task = readDefinition(candidate);
    if (task === undefined) continue;
    if ("problem" in task) return task;
    tasks.push(task);
  }
  return tasks.length > 0 ? { tasks } : { problem: "exports no task: export what defineTask gives" };
}

/**
 * Definitions are told by their form, so that one made with another copy of the package is as good as any. `undefined`
 * for what is not meant to be one.
 */
function readDefinition(value: unknown): TaskDefinition | { readonly problem: string } | undefined {
  if (typeof value !== "object" || value === null || !("type" in value) || !("run" in value)) return undefined;
  const { type, run } = value;
  if (typeof type !== "string" || typeof run !== "function") return undefined;
  if (!isTaskType(type)) return { problem: `defines a task with a type that is no name: use defineTask` };
  for (const side of ["input", "output"] as const) {
    if (!isSchema((value as Readonly<Record<string, unknown>>)[side])) {
      return { problem: `defines the task ${type} without a zod schema as its ${side}` };
    }
  }
  return value as TaskDefinition;
}

const isSchema = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "safeParse" in value && typeof value.safeParse === "function";

/** Where a syntax error is: in the first line of its trace, if TypeScript found it, else only Node's own check says so. */
function placeOf(error: unknown, url: string): string {
  if (!(error instanceof SyntaxError)) return "";
  const place = /^.*:(\d+)(?=\n)/;
  const checked = (): string =>
    spawnSync(process.execPath, ["--check", fileURLToPath(url)], { encoding: "utf8" }).stderr;
  const [where] = place.exec(error.stack ?? "") ?? place.exec(checked()) ?? [];
  return where === undefined ? "" : ` (${basename(where)})`;
}
