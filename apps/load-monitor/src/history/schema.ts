import { type HistoryColumn, historyColumns } from "@mutirao/operator-api/monitor";

/** Says that a file is ours ("MUTH"), and in which form. */
export const APPLICATION_ID = 0x4d555448;
export const VERSION = 2;

/** Samples are kept in steps of so many seconds, for so long: the last hour finely, the last day coarsely. */
export const steps = [
  { stepS: 10, keepS: 3_600 },
  { stepS: 60, keepS: 86_400 },
] as const;

export const NOTICES_MAX = 10_000;
export const EXCHANGES_MAX = 2_000;
export const MASTERS_KEEP_S = 86_400;

/** Of these the worst within a step is what matters, of the others the mean. */
const worst: ReadonlySet<HistoryColumn> = new Set(["backlog", "estimatedWaitMs", "waitP50Ms", "waitP99Ms"]);

/** A message of the conversation, as JSON: nobody looks for its parts. */
const createExchanges = "CREATE TABLE exchanges (n INTEGER PRIMARY KEY, told TEXT NOT NULL) STRICT;";

/** What makes the form that follows of a form; what is in the file stays. */
export const migrations: ReadonlyMap<number, string> = new Map([[1, createExchanges]]);

export const createTables = `
  CREATE TABLE masters (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, view TEXT) STRICT;
  CREATE TABLE samples (
    step INTEGER NOT NULL, at INTEGER NOT NULL, master INTEGER NOT NULL,
    count INTEGER NOT NULL, state INTEGER NOT NULL,
    ${historyColumns.map((name) => `${name} REAL`).join(", ")},
    PRIMARY KEY (step, master, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX samples_by_age ON samples (step, at);
  CREATE TABLE notices (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, master TEXT, kind TEXT NOT NULL, severity TEXT NOT NULL, data TEXT NOT NULL
  ) STRICT;
  ${createExchanges}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;

function joined(name: HistoryColumn): string {
  const merged = worst.has(name)
    ? `MAX(${name}, excluded.${name})`
    : `${name} + (excluded.${name} - ${name}) / (count + 1)`;
  return `${name} = CASE WHEN ${name} IS NULL THEN excluded.${name} WHEN excluded.${name} IS NULL THEN ${name} ELSE ${merged} END`;
}

export const putSample = `
  INSERT INTO samples (step, at, master, count, state, ${historyColumns.join(", ")})
  VALUES (?, ?, ?, 1, ?, ${historyColumns.map(() => "?").join(", ")})
  ON CONFLICT DO UPDATE SET ${historyColumns.map(joined).join(", ")},
    count = count + 1, state = MAX(state, excluded.state)
`;

/** The samples of a master, joined once more into steps of a multiple of theirs. */
export const readSamples = `
  SELECT at / :width * :width AS bucket, MAX(state) AS state,
    ${historyColumns.map((name) => `${worst.has(name) ? "MAX" : "AVG"}(${name}) AS ${name}`).join(", ")}
  FROM samples WHERE step = :step AND at >= :from AND at <= :to
    AND master = (SELECT number FROM masters WHERE id = :master)
  GROUP BY bucket ORDER BY bucket
`;
