import dns from "node:dns";
import { open } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { connect } from "node:net";
import { dirname, join } from "node:path";

// The program of the look-up process, over a resolver that really hangs as the system's does: to open a pipe for reading
// that nobody writes to holds a thread of the pool, and an exit would wait for it. Names are the paths of such pipes;
// and beside the pipe is a socket to which it connects, so that a test can tell whether the process lives.
const hang = (name: string): void => {
  connect(join(dirname(name), "lives"));
  open(name, "r", () => {});
};
dns.lookup = Object.assign(hang, dns.lookup);
syncBuiltinESMExports();
await import("../../src/lookup-child.ts");
