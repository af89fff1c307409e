import { registerHooks } from "node:module";

// Loaded before a node: says when the main part of it is about to be loaded, and then takes its time.
const LOADING_MS = 500;

registerHooks({
  load(url, context, nextLoad) {
    if (url.endsWith("/run.ts")) {
      process.stdout.write("loading\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOADING_MS);
    }
    return nextLoad(url, context);
  },
});
