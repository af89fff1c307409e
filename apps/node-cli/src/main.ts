#!/usr/bin/env node
import { run } from "./run.ts";

/** After its end a node leaves nothing behind but, perhaps, a name look-up that hangs, which cannot be cancelled. */
const LOOK_UP_GRACE_MS = 300;

process.exitCode = await run(process.argv.slice(2));
setTimeout(() => process.exit(), LOOK_UP_GRACE_MS).unref();
