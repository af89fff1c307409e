import { run } from "./run.ts";

// The processes of a run end by themselves when this one is gone.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

process.exitCode = await run(process.argv.slice(2), process);
