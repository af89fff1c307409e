import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A load monitor with its history, in a process of its own, which is gone when it is disposed. */
export interface MonitorProcess extends AsyncDisposable {
  /** Where it takes reports. */
  readonly port: number;
  /** Where it serves its page and its API. */
  readonly http: number;
}

export async function startMonitor(): Promise<MonitorProcess> {
  const folder = mkdtempSync(join(tmpdir(), "mutirao-bench-"));
  const flags = ["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data-dir", folder];
  const main = fileURLToPath(import.meta.resolve("load-monitor/main"));
  const child = spawn(process.execPath, [main, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [port, http] = await portsIn(child.stderr);
    return { port, http, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where it takes reports, and where it serves, as its log says. */
async function portsIn(stderr: NodeJS.ReadableStream): Promise<readonly [number, number]> {
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: stderr })) {
    const { event, port } = JSON.parse(line) as { readonly event: string; readonly port: number };
    ports.set(event, port);
    const [at, http] = [ports.get("listening"), ports.get("http-listening")];
    if (at !== undefined && http !== undefined) return [at, http];
  }
  throw new Error("the monitor ended before it served");
}
