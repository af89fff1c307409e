import dns from "node:dns";
import { open } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { connect, isIP } from "node:net";
import { join } from "node:path";

// Loaded before a node, in each of its processes: no name ever resolves. As with a name server that is gone, the look-up
// holds a thread, for which an exit would wait: to open a pipe for reading that nobody writes to does just that. Beside
// the pipe is a socket at which a test is told.
const folder = process.env["HANGING_NAMES"] ?? "";
const { lookup } = dns;
const hang = (): void => {
  const told = connect(join(folder, "asked"));
  // After the first name nobody listens there any more.
  told.on("error", () => {}).unref();
  open(join(folder, "hangs"), "r", () => {});
};
const lookUp = (...args: Parameters<typeof lookup>): void => {
  // Servers ask for addresses as well, and that never leaves the process.
  if (isIP(args[0]) === 0) hang();
  else lookup(...args);
};
dns.lookup = Object.assign(lookUp, lookup);
dns.promises.lookup = Object.assign(async () => {
  hang();
  return new Promise<never>(() => {});
}, dns.promises.lookup);
syncBuiltinESMExports();
