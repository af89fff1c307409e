import os from "node:os";

/** What the figures were measured on, in one line. */
export function describeMachine(): string {
  const model = os.cpus()[0]?.model.trim() ?? "an unknown processor";
  const memoryGib = (os.totalmem() / 1_024 ** 3).toFixed(0);
  return [
    `${model}, ${os.availableParallelism()} cores`,
    `${memoryGib} GiB of memory`,
    `${os.type()} ${os.release()} (${os.arch()})`,
    `Node ${process.versions.node}`,
  ].join(", ");
}

/**
 * How busy the machine was before the run, since everything else that runs takes part in a benchmark. Windows keeps no
 * load average and always says 0.
 */
export function describeLoad(): string {
  return `load average ${(os.loadavg()[0] ?? 0).toFixed(2)} at the start`;
}
