import { dialledConnId, seconds } from "@mutirao/primitives";
import { transportLimitDefaults } from "@mutirao/transport";
import { createTcpTransport } from "../../src/index.ts";
import { createTalkative, listenOnLoopback, say } from "./child.ts";

// Deadlines so far away that the process would be noticed to wait for one.
const far = seconds(3_600);
const limits = { ...transportLimitDefaults, firstLineMs: far, idleMs: far, lookupMs: far, connectMs: far };

// Everything that could keep a process alive is under way when it stops: a listener, both ends of a connection, lines
// to and fro, a dial, a look-up that never ends, and deadlines.
let lines = 0;
const transport = createTalkative({ limits, lookup: () => {} }, () => {
  lines++;
  // Long enough for every deadline to have found its place.
  if (lines === 1) setTimeout(stop, 250);
});
function stop(): void {
  transport.dial(dialledConnId(1), { host: "hung", port: 9_101 });
  transport.dial(dialledConnId(2), endpoint);
  void transport.stop().then(() => say("stopped"));
}
const endpoint = await listenOnLoopback(transport);
transport.dial(dialledConnId(0), endpoint);
transport.send(dialledConnId(0), "to and fro\n");

// And a transport whose only connection is gone long before its deadline.
const other = createTcpTransport(
  { limits, localHost: undefined },
  { connOpened() {}, lineReceived() {}, lineRefused() {}, connClosed: () => void other.stop() },
);
other.dial(dialledConnId(0), endpoint);
