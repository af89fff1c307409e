/** What a pool and the witness of a handler process say to each other. */
export type FromWitness =
  /** The answer to a question: of the runs asked about, these will not be begun. The others have been. */
  | { readonly kind: "taken"; readonly serials: readonly number[] }
  /** How much memory the process takes: `near` its limit, or `over` it, and then it has been ended. */
  | { readonly kind: "memory"; readonly bytes: number; readonly limit: "near" | "over" };

/** "Which of these runs can you still take back?" */
export const askLine = (serials: readonly number[]): string => `${serials.join(" ")}\n`;
export const readAsk = (line: string): number[] => line.split(" ").map(Number);

export const takenLine = (serials: readonly number[]): string => `t ${serials.join(" ")}\n`;
export const tiredLine = (bytes: number, limit: "near" | "over"): string => `m ${bytes} ${limit}\n`;

export function readFromWitness(line: string): FromWitness | undefined {
  const [word, ...values] = line.trim().split(" ");
  if (word === "t") return { kind: "taken", serials: values.map(Number) };
  if (word !== "m") return undefined;
  return { kind: "memory", bytes: Number(values[0]), limit: values[1] === "over" ? "over" : "near" };
}
