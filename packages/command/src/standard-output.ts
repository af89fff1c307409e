import type { Logger } from "pino";
import { createLineOutput, type LineOutput } from "./line-output.ts";

/** What a node prints on stdout. How many lines could not be written is said in the log. */
export const createStandardOutput = (logger: Logger, onReaderGone: () => void): LineOutput =>
  createLineOutput(process.stdout, onReaderGone, (leftOut) => {
    logger.warn({ event: "output-left-out", leftOut }, `${leftOut} lines of output could not be written`);
  });
