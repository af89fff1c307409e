import { dialledConnId } from "@mutirao/primitives";
import { createLookupProcess } from "../../src/index.ts";
import { createTalkative, say } from "./child.ts";

// Dials a name whose look-up hangs for ever, and stops at the first line on stdin.
const lookups = createLookupProcess(2, new URL("blocking-lookups.ts", import.meta.url));
const transport = createTalkative({ lookup: lookups.lookup });
transport.dial(dialledConnId(0), { host: process.argv[2] ?? "", port: 9_101 });
process.stdin.once("data", () => {
  process.stdin.destroy();
  lookups.stop();
  void transport.stop().then(() => say("stopped"));
});
