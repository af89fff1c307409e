import { parentPort } from "node:worker_threads";
import { type Round, runRound } from "./rounds.ts";

parentPort?.on("message", (round: Round) => parentPort?.postMessage(runRound(round)));
