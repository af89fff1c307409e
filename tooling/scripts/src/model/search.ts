import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ModelCase } from "./cases.ts";
import { type Finding, readFinding } from "./finding.ts";

const run = promisify(execFile);

const modelPath = fileURLToPath(new URL("../../../../packages/node-core/model/handshake.pml", import.meta.url));

/** A search takes a second or two; one that takes this long will not end on this machine. */
const SEARCH_MAX_MS = 300_000;

/** Memory that one search may take, in MB; depth that it may reach, in steps. */
const MEMORY_MAX_MB = 2_000;
const DEPTH_MAX = 100_000;

/** The programs that a search needs, with a question that each answers. */
const tools = [
  ["spin", "-V"],
  ["cc", "--version"],
] as const;

/** The first program that is not there, or `undefined`. */
export async function missingTool(): Promise<string | undefined> {
  for (const [tool, question] of tools) {
    const isThere = await run(tool, [question]).then(
      () => true,
      () => false,
    );
    if (!isThere) return tool;
  }
  return undefined;
}

/**
 * Searches through all states: spin writes a verifier in C, the compiler builds it, and it runs, all in a folder of its
 * own that is gone afterwards.
 *
 * @param signal ends whatever runs.
 * @throws what the program that failed has printed.
 */
export async function search(
  { defines }: ModelCase,
  signal: AbortSignal,
): Promise<Finding | { readonly problem: string }> {
  const cwd = await mkdtemp(join(tmpdir(), "mutirao-model-"));
  const limits = { cwd, signal, timeout: SEARCH_MAX_MS, maxBuffer: 16 * 1_024 * 1_024 };
  try {
    await run("spin", ["-Pcc -E -x c", ...defines.map((define) => `-D${define}`), "-a", modelPath], limits);
    await run("cc", ["-O1", "-w", `-DMEMLIM=${MEMORY_MAX_MB}`, "-o", "pan", "pan.c"], limits);
    const { stdout } = await run(join(cwd, "pan"), ["-a", `-m${DEPTH_MAX}`], limits);
    return readFinding(stdout);
  } finally {
    await rm(cwd, { recursive: true, force: true, maxRetries: 3 });
  }
}
