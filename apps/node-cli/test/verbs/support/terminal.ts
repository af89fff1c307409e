import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test as base } from "@mutirao/process-tests";

/** A command on a terminal of its own. */
export interface OnTerminal {
  /** Everything that the terminal was sent. */
  readonly shown: () => string;
  type(keys: string): void;
  readonly exited: Promise<number | null>;
}

export type StartOnTerminal = (...args: readonly string[]) => OnTerminal;

/** Makes the terminal; it comes with every Linux. */
const scriptFile = "/usr/bin/script";

export const hasTerminals = spawnSync(scriptFile, ["-qec", "true", "/dev/null"]).status === 0;

const cliFile = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/**
 * The environment of a command on a terminal: that of the test, but with a terminal that has colours, whatever the one
 * who runs the tests has, or has forbidden.
 */
function environment(): NodeJS.ProcessEnv {
  const forbidding = new Set(["NO_COLOR", "NODE_DISABLE_COLORS", "FORCE_COLOR", "CI"]);
  const others = Object.entries(process.env).filter(([name]) => !forbidding.has(name));
  return { ...Object.fromEntries(others), TERM: "xterm-256color" };
}

/** A test with terminals at hand, whose commands are gone when it is over. */
export const test = base.extend(
  "onTerminal",
  async ({ processes: _first }, { onCleanup }): Promise<StartOnTerminal> => {
    const started: ChildProcess[] = [];
    onCleanup(async () => {
      for (const child of started) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    });
    return (...args) => {
      const command = [process.execPath, cliFile, ...args].map((word) => `'${word}'`).join(" ");
      const child = spawn(scriptFile, ["-qec", `stty cols 100 rows 30; exec ${command}`, "/dev/null"], {
        env: environment(),
        stdio: ["pipe", "pipe", "inherit"],
      });
      started.push(child);
      let shown = "";
      child.stdout.setEncoding("utf8").on("data", (text) => {
        shown += text;
      });
      return {
        shown: () => shown,
        type: (keys) => void child.stdin.write(keys),
        exited: once(child, "close").then(([code]) => code as number | null),
      };
    };
  },
);
