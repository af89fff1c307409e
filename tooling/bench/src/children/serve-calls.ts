import { startProfile, stopProfile } from "./profile.ts";
import { readUsage } from "./usage.ts";

/** What a child process can be asked, by name. Arguments and results cross as structured clones. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type ReplyMessage = { readonly id: number } & ({ readonly result: unknown } | { readonly failure: string });

/**
 * The child's end of `startNodeChild`: answers calls until the parent is gone, and then exits, so that a benchmark
 * that is killed leaves nobody behind. Every child can also tell its usage and profile itself.
 */
export function serveCalls(own: Calls): void {
  const calls: Calls = { usage: readUsage, startProfile, stopProfile, ...own };
  const reply = (message: ReplyMessage): void => void process.send?.(message);
  const answer = async ({ id, name, argument }: CallMessage): Promise<void> => {
    try {
      const call = calls[name];
      if (call === undefined) throw new RangeError(`there is no call ${name}`);
      reply({ id, result: await call(argument as never) });
    } catch (error) {
      reply({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on("message", (message) => void answer(message as CallMessage));
  process.on("disconnect", () => process.exit(0));
}
