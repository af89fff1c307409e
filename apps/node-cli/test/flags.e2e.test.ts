import { readFileSync } from "node:fs";
import { type Processes, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { runCli, startJsonNode, startNode } from "./support/nodes.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

/** One line that names what is wrong, and no trace of the code that found it. */
async function expectRefused(processes: Processes, args: readonly string[], ...says: readonly RegExp[]): Promise<void> {
  const refused = runCli(processes, args);
  expect(await refused.exited).toStrictEqual({ code: 2, signal: null });
  expect(refused.stdout.lines).toStrictEqual([]);
  expect(refused.stderr.lines).toHaveLength(1);
  const [line] = refused.stderr.lines;
  expect(line).not.toMatch(/\.[cm]?[jt]s:\d|node:internal|\bat .+:\d+:\d+/);
  for (const pattern of says) expect(line).toMatch(pattern);
}

describe("flags that ask something", () => {
  test("--help explains every flag, with units and defaults", async ({ processes }) => {
    const help = runCli(processes, ["--help"]);
    expect(await help.exited).toStrictEqual({ code: 0, signal: null });
    expect(help.stderr.lines).toStrictEqual([]);
    const text = help.stdout.lines.join("\n");
    for (const flag of ["port", "host", "peer", "interval", "timeout", "id", "json", "log-level", "help", "version"]) {
      expect(text).toMatch(new RegExp(`^ +(-\\w, )?--${flag}\\b`, "m"));
    }
    // Each flag has its consequence, and then, in brackets, its unit and range, its default, or that it is required.
    const entries = text.split(/^ {2}(?=--)/m).slice(1);
    for (const entry of entries.filter((each) => !/^--(help|version)\b/.test(each))) {
      expect(entry).toMatch(/^--[\w-]+( <[^>]+>)?\s+[A-Z].*\.\s+\(.+\)\s*$/ms);
    }
    expect(text).toMatch(/--host\b.*127\.0\.0\.1/s);
    expect(text).toMatch(/--interval\b.*second.*\b2\b.*--timeout\b/s);
    expect(text).toMatch(/--timeout\b.*second.*\b10\b/s);
    // Shells take brackets for patterns.
    expect(text).toMatch(/--peer '\[/);
    expect(text).not.toMatch(/--peer \[/);
  });

  test("-h is --help", async ({ processes }) => {
    const [short, long] = [runCli(processes, ["-h"]), runCli(processes, ["--help"])];
    expect(await short.exited).toStrictEqual(await long.exited);
    expect(short.stdout.lines).toStrictEqual(long.stdout.lines);
  });

  test("--version prints the version and nothing else", async ({ processes }) => {
    const asked = runCli(processes, ["--version"]);
    expect(await asked.exited).toStrictEqual({ code: 0, signal: null });
    expect(asked.stdout.lines).toStrictEqual([version]);
    expect(asked.stderr.lines).toStrictEqual([]);
  });

  test.for(["--help", "--version"])('"--" before %s changes nothing', async (flag, { processes }) => {
    const plain = runCli(processes, [flag]);
    const dashed = runCli(processes, ["--", flag]);
    expect(await dashed.exited).toStrictEqual(await plain.exited);
    expect(dashed.stdout.lines).toStrictEqual(plain.stdout.lines);
  });
});

describe("flags that are understood", () => {
  test('"--" before the flags, which pnpm passes on, is skipped', async ({ processes }) => {
    const peer = await startNode(processes);
    // Literal, as in `pnpm --filter node-cli start -- --port 9101`.
    const node = runCli(processes, ["--", "--port", "0", "--peer", peer.address, "--interval", "0.2", "--json"]);
    const line = await node.stdout.find("a registry", (text) => (text.includes(`"registry"`) ? text : undefined));
    expect(JSON.parse(line).registry).toHaveProperty(peer.id);
  });

  test("--flag=value, fractions of seconds, and a peer given twice", async ({ processes }) => {
    const peer = await startNode(processes);
    const node = await startJsonNode(
      processes,
      ...[`--peer=${peer.address}`, "--peer", peer.address, "--interval=0.25", "--timeout=7.5"],
    );
    const { registry } = await node.registry("the peer", () => true);
    expect(Object.keys(registry)).toStrictEqual([peer.id]);
  });
});

describe("flags that are refused, in one line and with exit code 2", () => {
  test("a port that is taken", async ({ processes }) => {
    const holder = await startNode(processes);
    await expectRefused(processes, ["--port", String(holder.port)], /--port/, new RegExp(`\\b${holder.port}\\b`));
  });

  test("a host that is not this machine's", async ({ processes }) => {
    // From the range that is reserved for documentation.
    await expectRefused(processes, ["--port", "0", "--host", "192.0.2.1"], /--host/, /192\.0\.2\.1/);
  });

  test.for([
    { args: [], says: [/--port/] },
    { args: ["--port"], says: [/--port/] },
    { args: ["--port", "70000"], says: [/--port/, /65535/] },
    { args: ["--port", "-1"], says: [/--port/] },
    { args: ["--port", "0x50"], says: [/--port/, /65535/] },
    { args: ["--port", "80.5"], says: [/--port/, /65535/] },
    { args: ["--port", "0", "--prot", "9101"], says: [/--prot/] },
    { args: ["--port", "0", "9102"], says: [/9102/] },
    { args: ["--port", "0", "--host", "127.1"], says: [/--host/, /127\.1/] },
    { args: ["--port", "0", "--interval", "0"], says: [/--interval/] },
    { args: ["--port", "0", "--interval", "-1"], says: [/--interval/] },
    { args: ["--port", "0", "--interval", "soon"], says: [/--interval/] },
    { args: ["--port", "0", "--interval", "1e400"], says: [/--interval/] },
    { args: ["--port", "0", "--timeout", "NaN"], says: [/--timeout/] },
    { args: ["--port", "0", "--interval", "2", "--timeout", "2"], says: [/--timeout/, /--interval/] },
    { args: ["--port", "0", "--interval", "3", "--timeout", "2"], says: [/--timeout/, /--interval/] },
    { args: ["--port", "0", "--timeout", "1"], says: [/--timeout/, /--interval/] },
    { args: ["--port", "0", "--id", ""], says: [/--id/] },
    { args: ["--port", "0", "--id", "x".repeat(129)], says: [/--id/, /128/] },
    { args: ["--port", "0", "--log-level", "loud"], says: [/--log-level/, /info/] },
  ])("$args", ({ args, says }, { processes }) => expectRefused(processes, args, ...says));

  test.for([
    { peer: "", says: /:port/ },
    { peer: "127.0.0.1", says: /:port/ },
    { peer: "::1:9101", says: /brackets/ },
    { peer: "127.0.0.1:", says: /65535/ },
    { peer: "127.0.0.1:0", says: /65535/ },
    { peer: "127.0.0.1:70000", says: /65535/ },
    { peer: "127.0.0.1:0x50", says: /65535/ },
    { peer: "127.0.0.1:9101/status", says: /65535/ },
    { peer: "127.1:9101", says: /IP address nor a host name/ },
    { peer: "0x7f.0.0.1:9101", says: /IP address nor a host name/ },
    { peer: "010.0.0.1:9101", says: /IP address nor a host name/ },
    { peer: "[::zz]:9101", says: /IP address nor a host name/ },
    { peer: "two words:9101", says: /IP address nor a host name/ },
    { peer: "\u0007bell:9101", says: /IP address nor a host name/ },
  ])("--peer $peer", ({ peer, says }, { processes }) =>
    expectRefused(processes, ["--port", "0", "--peer", "127.0.0.1:9101", "--peer", peer], /--peer/, says, /^[ -~]*$/),
  );
});
