import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { freePort, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { runShell, runVerb, startFarm } from "./support/farm.ts";

const names = ["submit", "tasks", "task", "workers", "peers", "load", "watch"] as const;

test("the help of the command lists the verbs", async ({ processes }) => {
  const { code, stdout } = await runVerb(processes, "--help");
  expect(code).toBe(0);
  for (const name of names) expect(stdout).toMatch(new RegExp(`^ {2}${name} +[A-Z].*\\.$`, "m"));
});

test.for(names)("the help of %s has its flags, an example and its exit codes", async (name, { processes }) => {
  const { code, stdout, stderr } = await runVerb(processes, name, "--help");
  expect([code, stderr]).toStrictEqual([0, []]);
  expect(stdout).toMatch(new RegExp(`^Usage: node-cli ${name} `));
  for (const flag of ["http", "json", "help"]) expect(stdout).toMatch(new RegExp(`^ {2}(-\\w, )?--${flag} `, "m"));
  expect(stdout).toMatch(new RegExp(`Examples:\\n( {2}.*\\n)*.*node-cli ${name} `));
  expect(stdout).toMatch(/default\s+127\.0\.0\.1:10101/);
  expect(stdout).toContain("MUTIRAO_HTTP");
  expect(stdout).toMatch(/Exit codes: 0 .*1 .*2 .*3 /s);
});

test.for([
  { args: ["wach"], says: /wach.*watch.*\[ERR_OPTION_UNKNOWN\]/ },
  { args: ["load", "--bogus"], says: /--bogus.*\[ERR_OPTION_UNKNOWN\]/ },
  { args: ["load", "extra"], says: /extra.*\[ERR_OPTION_UNKNOWN\]/ },
  { args: ["load", "--http", "foo"], says: /--http.*foo.*\[ERR_OPTION_INVALID\]/ },
  { args: ["load", "--http", "ftp://x:1"], says: /--http.*\[ERR_OPTION_INVALID\]/ },
  { args: ["load", "--http", "http://x:1/path"], says: /--http.*\[ERR_OPTION_INVALID\]/ },
  { args: ["load", "--http"], says: /--http.*\[ERR_OPTION_INVALID\]/ },
  { args: ["tasks", "--state", "asleep"], says: /--state.*pending.*\[ERR_OPTION_INVALID\]/ },
  { args: ["tasks", "--limit", "0"], says: /--limit.*1 to 1000.*\[ERR_OPTION_INVALID\]/ },
  { args: ["watch", "--interval", "0"], says: /--interval.*\[ERR_OPTION_INVALID\]/ },
  { args: ["task"], says: /id.*\[ERR_OPTION_MISSING\]/ },
  { args: ["task", "a", "b"], says: /one id.*\[ERR_OPTION_UNKNOWN\]/ },
  { args: ["submit"], says: /type.*payload.*\[ERR_OPTION_MISSING\]/ },
  { args: ["submit", "QUERY"], says: /payload.*\[ERR_OPTION_MISSING\]/ },
  { args: ["submit", "QUERY", "{}", "{}"], says: /too much.*\[ERR_OPTION_UNKNOWN\]/ },
  { args: ["submit", "QUERY", "{USER:1}"], says: /not JSON.*\[ERR_OPTION_INVALID\]/ },
  { args: ["submit", "QUERY", "{}", "--priority", "101"], says: /--priority.*\[ERR_OPTION_INVALID\]/ },
  { args: ["submit", "QUERY", "{}", "--timeout", "0"], says: /--timeout.*\[ERR_OPTION_INVALID\]/ },
  { args: ["submit", "QUERY", "{}", "--file", "x"], says: /QUERY.*--file.*\[ERR_OPTION_CONFLICT\]/ },
  { args: ["submit", "--wait", "--file", "x"], says: /--wait.*--file.*\[ERR_OPTION_CONFLICT\]/ },
  { args: ["submit", "--file", "/no/such/file"], says: /no\/such\/file.*ENOENT.*\[ERR_FILE_UNREADABLE\]/ },
  { args: ["submit", "--file", "/"], says: /folder.*\[ERR_FILE_UNREADABLE\]/ },
])("$args is refused in one line, with exit code 2", async ({ args, says }, { processes }) => {
  expect(await runVerb(processes, ...args)).toStrictEqual({
    code: 2,
    stdout: "",
    stderr: [expect.stringMatching(says)],
  });
});

test("an id that would lead to another path is an id like any other", async ({ processes }) => {
  const { http } = await startFarm(processes, { workers: 0 });
  for (const args of [
    ["task", ".."],
    ["task", "."],
    ["why", "task", ".."],
  ]) {
    const { code, stderr } = await runVerb(processes, ...args, "--http", http);
    expect([code, stderr]).toStrictEqual([
      1,
      [expect.stringMatching(/there is no task \.{1,2} \[ERR_TASK_UNKNOWN\]$/)],
    ]);
  }
});

describe("which master is asked", () => {
  test("an URL will do, and so will the environment; the flag counts more", async ({ processes }) => {
    const { http } = await startFarm(processes, { workers: 0 });
    const byUrl = await runVerb(processes, "load", "--json", "--http", `http://${http}/`);
    expect(byUrl.code).toBe(0);
    const byEnvironment = await runShell(processes, 'MUTIRAO_HTTP="$1" $NODE_CLI peers', http);
    expect(byEnvironment).toStrictEqual({ code: 0, stdout: "no peers", stderr: [] });
    const byFlag = await runShell(processes, 'MUTIRAO_HTTP=nonsense $NODE_CLI peers --http "$1"', http);
    expect(byFlag.code).toBe(0);
    const wrong = await runShell(processes, "MUTIRAO_HTTP=nonsense $NODE_CLI peers");
    expect(wrong).toMatchObject({ code: 2, stderr: [expect.stringContaining("nonsense")] });
  });

  test("a master with a token takes orders from whoever knows it, and lets all others look", async ({ processes }) => {
    const file = join(await processes.newFolder(), "token");
    writeFileSync(file, "correct-horse-battery\n");
    const { http } = await startFarm(processes, { workers: 0, flags: ["--http-token-file", file] });
    const submit = `$NODE_CLI submit QUERY '{"USER":"ana"}' --id t --http "$1"`;
    for (const environment of ["", "MUTIRAO_TOKEN=another-horse-battery "]) {
      expect(await runShell(processes, `${environment}${submit}`, http)).toStrictEqual({
        code: 1,
        stdout: "",
        stderr: [expect.stringMatching(/MUTIRAO_TOKEN.*\[ERR_TOKEN_MISSING\]$/)],
      });
    }
    for (const verb of [submit, `$NODE_CLI submit --file "$2" --http "$1"`]) {
      const odd = await runShell(processes, `MUTIRAO_TOKEN='two words' ${verb}`, http, file);
      expect(odd).toMatchObject({ code: 2, stderr: [expect.stringMatching(/MUTIRAO_TOKEN.*\[ERR_OPTION_INVALID\]$/)] });
    }
    expect(await runVerb(processes, "tasks", "--http", http)).toMatchObject({ code: 0, stdout: "no tasks" });
    const known = await runShell(processes, `MUTIRAO_TOKEN=correct-horse-battery ${submit}`, http);
    expect(known).toStrictEqual({ code: 0, stdout: "t", stderr: [] });
    const drained = await runShell(processes, `MUTIRAO_TOKEN=correct-horse-battery $NODE_CLI drain --http "$1"`, http);
    expect(drained.code).toBe(0);
  });

  test.for([
    ["submit", "QUERY", '{"USER":1}'],
    ["submit", "--file", "package.json"],
    ["tasks"],
    ["task", "t", "--wait"],
    ["workers"],
    ["peers"],
    ["load"],
    ["watch"],
  ])("%j where nobody listens is exit code 3", async (args, { processes }) => {
    const http = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const { code, stdout, stderr } = await runVerb(processes, ...args, "--http", http);
    expect([code, stdout]).toStrictEqual([3, ""]);
    expect(stderr).toStrictEqual([
      expect.stringMatching(`${http} \\(ECONNREFUSED\\).*--http.*\\[ERR_MASTER_UNREACHABLE\\]$`),
    ]);
  });

  test.for([
    [200, "<html>hello</html>"],
    [200, '{"state":"FINE"}'],
    [404, "not found"],
    [500, '{"error":"x"}'],
  ] as const)("another program that answers %i %s is exit code 3", async ([status, body], { processes }) => {
    const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await runVerb(processes, "load", "--http", `127.0.0.1:${port}`);
    server.close();
    expect(code).toBe(3);
    expect(stderr).toStrictEqual([expect.stringMatching(/another program.*\[ERR_MASTER_NOT_UNDERSTOOD\]$/)]);
  });
});
