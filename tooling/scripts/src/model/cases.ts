/** One search through all states of the model. */
export interface ModelCase {
  readonly kind: "fault" | "mistake";
  /** As the table shows it. */
  readonly name: string;
  /** Macros of the model: `LOSS=2`, `PUSHED`. */
  readonly defines: readonly string[];
}

/** How often a fault may strike in a search with that fault alone, and in one with two kinds of them. */
const STRIKES_ALONE = 3;
const STRIKES_PAIRED = 1;

const faults = [
  "LOSS",
  "DUP",
  "REORDER",
  "EARLY",
  "OWNER_CRASH",
  "BORROWER_CRASH",
  "WORKER_CRASH",
  "DISK_LOSS",
  "GIVE_UP",
  "RECLAIM",
] as const;

/** How REDIRECT and RETURN reach the worker: as the answer to a poll, or on its session connection. */
const styles = [
  { name: "polled", defines: [] },
  { name: "pushed", defines: ["PUSHED"] },
] as const;

/** Some borrowers say RELEASE_COMPLETED when the worker arrives. It is no fault of the network, so it has no count. */
const ODD_BORROWER = "COMPLETED_ON_ARRIVAL";

/** Each mistake, with what brings it to light. */
const mistakes = [
  ["EPOCH_NOT_PERSISTED", "OWNER_CRASH=1"],
  ["CANCEL_KEEPS_EPOCH", "GIVE_UP=1"],
  ["STALE_ALIVE_BELIEVED", "DUP=1"],
  ["COMPLETED_BELIEVED", ODD_BORROWER],
  ["NO_CONNECTION_RULE", "DUP=1"],
  ["RELEASE_ONCE", "LOSS=1"],
  ["ACK_BEFORE_FLUSH", "BORROWER_CRASH=1"],
  ["FORGET", "LOSS=1"],
  ["ORDER_ON_ANY_CONNECTION", "PUSHED", "EARLY=1", "DISK_LOSS=1"],
] as const;

/** No fault, each fault alone, and each mistake. */
export const singleCases: readonly ModelCase[] = [
  ...styles.flatMap(({ name, defines }): readonly ModelCase[] => [
    { kind: "fault", name: `none, ${name}`, defines },
    { kind: "fault", name: `${ODD_BORROWER}, ${name}`, defines: [...defines, ODD_BORROWER] },
    ...faults.map(
      (fault): ModelCase => ({
        kind: "fault",
        name: `${fault}, ${name}`,
        defines: [...defines, `${fault}=${STRIKES_ALONE}`],
      }),
    ),
  ]),
  ...mistakes.map(
    ([name, ...faults]): ModelCase => ({ kind: "mistake", name, defines: [`MISTAKE_${name}`, ...faults] }),
  ),
];

/** Each two faults, with an odd borrower. */
export const pairCases: readonly ModelCase[] = styles.flatMap(({ name, defines }) =>
  faults.flatMap((first, at) =>
    faults.slice(at + 1).map(
      (second): ModelCase => ({
        kind: "fault",
        name: `${first} and ${second}, ${name}`,
        defines: [...defines, ODD_BORROWER, `${first}=${STRIKES_PAIRED}`, `${second}=${STRIKES_PAIRED}`],
      }),
    ),
  ),
);
