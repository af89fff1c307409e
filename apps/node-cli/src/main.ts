#!/usr/bin/env node
import { catchEarlySignals } from "@mutirao/command/early-signals";

/** After its end a node leaves nothing behind but, perhaps, output that nobody reads. */
const OUTPUT_GRACE_MS = 300;

catchEarlySignals();
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
setTimeout(() => process.exit(), OUTPUT_GRACE_MS).unref();
