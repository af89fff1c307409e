import { clash, type OptionProblem, type OptionValues, readOptions, type TypedOptions } from "./parse-options.ts";
import { type WorkerNodeOptions, workerOptions } from "./worker-options.ts";

export type WorkerOptionValues = OptionValues<typeof workerOptions>;

/** Reads and checks the options of a worker, the relations between them included. */
export function parseWorkerOptions(typed: TypedOptions): { readonly values: WorkerOptionValues } | OptionProblem {
  const read = readOptions(workerOptions, typed);
  if (!("values" in read)) return read;
  return conflict(read.values) ?? read;
}

function conflict(values: WorkerOptionValues): OptionProblem | undefined {
  if (values.lineUnidentifiedMaxBytes > values.lineMaxBytes) {
    return clash(
      "--line-unidentified-max",
      `--line-unidentified-max (${values.lineUnidentifiedMaxBytes}) must not be above --line-max ` +
        `(${values.lineMaxBytes}), or a master would have less room once it is known: lower the first or raise the second`,
    );
  }
  if (values.outputPauseBytes > values.outputMaxBytes) {
    return clash(
      "--output-pause",
      `--output-pause (${values.outputPauseBytes}) must not be above --output-max (${values.outputMaxBytes}), or a ` +
        "slow master would be cut before it is slowed down: lower the first or raise the second",
    );
  }
  return undefined;
}

/** The part of the options that the core takes, with what the process knows of itself. */
export function toWorkerNodeOptions(
  values: WorkerOptionValues,
  { boot, types }: Pick<WorkerNodeOptions, "boot" | "types">,
): WorkerNodeOptions {
  return {
    master: values.master,
    boot,
    slots: values.slots,
    types,
    style: values.style,
    pollMs: values.pollMs,
    answerMs: values.answerMs,
    reportMs: values.reportMs,
    backOffMaxMs: values.backOffMaxMs,
    foreignTimeoutMs: values.foreignTimeoutMs,
    foreignLeaseMs: values.foreignLeaseMs,
    malformedPerConnectionMax: values.malformedPerConnectionMax,
    malformedPerSourceMax: values.malformedPerSourceMax,
    muteMs: values.muteMs,
  };
}
