/** The entry of the thread: the only one in which SQLite runs. */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "@mutirao/primitives";
import type { ThreadOptions } from "../messages.ts";
import { serveJobs } from "./serve-jobs.ts";

assert(parentPort !== null, "this module runs in a thread");
serveJobs(parentPort, workerData as ThreadOptions);
