import { type JsonText, jsonText } from "@mutirao/primitives";
import { asciiJson } from "@mutirao/protocol";

/**
 * What a pool and its handler processes say to each other, in lines of ASCII over a pipe: a word, numbers, and JSON as
 * it is. A payload is not wrapped in JSON once more, so it costs neither side an escape: the greater part of what a
 * short task costs is this conversation.
 *
 * A serial numbers the runs given to one process, from 1.
 */
export type ToChild =
  | { readonly kind: "run"; readonly serial: number; readonly taskType: string; readonly payload: JsonText }
  | { readonly kind: "abort"; readonly serial: number };

export type FromChild =
  /** The modules are loaded. */
  | { readonly kind: "ready"; readonly types: readonly string[] }
  /** The modules cannot be used; the process ends. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "done"; readonly serial: number; readonly output: JsonText }
  | { readonly kind: "failed"; readonly serial: number; readonly failure: RunFailure }
  | { readonly kind: "progressed"; readonly serial: number; readonly progress: RunProgress }
  /** Every run up to this one has begun. */
  | { readonly kind: "begun"; readonly serial: number }
  /** The abort was read: the process has a loop that turns. */
  | { readonly kind: "heard"; readonly serial: number }
  /** Something was thrown, or `process.exit` called, outside of any promise; 0 if it is not known by which run. */
  | { readonly kind: "crashed"; readonly serial: number; readonly message: string };

export interface RunFailure {
  readonly code: string;
  readonly message: string;
  /** Where it was thrown, if it was not a failure that the handler intended. */
  readonly stack?: string;
}

export interface RunProgress {
  readonly fraction: number;
  readonly note?: string;
}

export const runLine = (serial: number, taskType: string, payload: JsonText): string =>
  `r ${serial} ${taskType} ${payload}\n`;
export const abortLine = (serial: number): string => `a ${serial}\n`;

export const readyLine = (types: readonly string[]): string => `R 0 ${asciiJson(types)}\n`;
export const refusedLine = (message: string): string => `X 0 ${asciiJson(message)}\n`;
export const doneLine = (serial: number, output: JsonText): string => `d ${serial} ${output}\n`;
export const failedLine = (serial: number, failure: RunFailure): string => `f ${serial} ${asciiJson(failure)}\n`;
export const progressLine = (serial: number, progress: RunProgress): string => `p ${serial} ${asciiJson(progress)}\n`;
export const begunLine = (serial: number): string => `b ${serial} \n`;
export const heardLine = (serial: number): string => `h ${serial} \n`;
export const crashedLine = (serial: number, message: string): string => `c ${serial} ${asciiJson(message)}\n`;

export function readToChild(line: string): ToChild | undefined {
  const { word, serial, rest } = split(line);
  if (word === "a") return { kind: "abort", serial };
  if (word !== "r") return undefined;
  const blank = rest.indexOf(" ");
  return { kind: "run", serial, taskType: rest.slice(0, blank), payload: jsonText(rest.slice(blank + 1)) };
}

/** `undefined` for anything else: a handler that writes to the pipe itself is not listened to. */
export function readFromChild(line: string): FromChild | undefined {
  const { word, serial, rest } = split(line);
  if (!Number.isSafeInteger(serial)) return undefined;
  try {
    switch (word) {
      case "d":
        return { kind: "done", serial, output: jsonText(rest) };
      case "f":
        return { kind: "failed", serial, failure: JSON.parse(rest) as RunFailure };
      case "p":
        return { kind: "progressed", serial, progress: JSON.parse(rest) as RunProgress };
      case "b":
        return { kind: "begun", serial };
      case "h":
        return { kind: "heard", serial };
      case "c":
        return { kind: "crashed", serial, message: JSON.parse(rest) as string };
      case "R":
        return { kind: "ready", types: JSON.parse(rest) as string[] };
      case "X":
        return { kind: "refused", message: JSON.parse(rest) as string };
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

function split(line: string): { word: string; serial: number; rest: string } {
  const blank = line.indexOf(" ", 2);
  return blank === -1
    ? { word: line.slice(0, 1), serial: Number(line.slice(2)), rest: "" }
    : { word: line.slice(0, 1), serial: Number(line.slice(2, blank)), rest: line.slice(blank + 1) };
}
