import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
  type Exchange,
  type HistoryColumn,
  historyColumns,
  type MasterHistory,
  type MonitoredMaster,
  type MonitoredNotice,
} from "@mutirao/operator-api/monitor";
import type { Batch, Job, NoticeQuery, Results, SeriesQuery } from "./messages.ts";
import { EXCHANGES_MAX, MASTERS_KEEP_S, NOTICES_MAX, putSample, readSamples, steps } from "./schema.ts";

type Row = Readonly<Record<string, unknown>>;

/** From the least grave to the gravest. */
const states: readonly MonitoredMaster["state"][] = ["UNKNOWN", "NORMAL", "SATURATED", "STALLED"];

/** How often what is too old is deleted. */
const PRUNE_EVERY_S = 60;

/** Does what the monitor asks of its history. */
export function createPerform(database: DatabaseSync): (job: Job) => Results[keyof Results] {
  const keep = createKeep(database);
  return (job) => {
    switch (job.kind) {
      case "keep":
        return keep(job.batch, job.nowS);
      case "past":
        return {
          masters: pastMasters(database, job.nowS),
          notices: readNotices(database, { limit: job.recentMax }).toReversed(),
          exchanges: pastExchanges(database, job.recentMax),
        };
      case "series":
        return series(database, job.query);
      case "notices":
        return readNotices(database, job.query);
      case "close":
        database.close();
        return undefined;
    }
  };
}

function createKeep(database: DatabaseSync): (batch: Batch, nowS: number) => undefined {
  const sample = database.prepare(putSample);
  const know = database.prepare(
    "INSERT INTO masters (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at RETURNING number",
  );
  const show = database.prepare(
    "INSERT INTO masters (id, at, view) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at, view = excluded.view",
  );
  const notice = database.prepare(
    "INSERT OR REPLACE INTO notices (n, at, master, kind, severity, data) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const exchange = database.prepare("INSERT OR REPLACE INTO exchanges (n, told) VALUES (?, ?)");
  let prunedAt = 0;

  const write = ({ samples, masters, notices, exchanges }: Batch, nowS: number): void => {
    for (const { master, at, state, figures } of samples) {
      const { number } = know.get(master, nowS) as { readonly number: number };
      for (const { stepS } of steps) {
        sample.run(stepS, Math.floor(at / stepS) * stepS, number, states.indexOf(state), ...figures);
      }
    }
    for (const master of masters) show.run(master.id, nowS, JSON.stringify(master));
    for (const { n, at, master, kind, severity, data } of notices) {
      notice.run(n, at, master, kind, severity, JSON.stringify(data));
    }
    for (const told of exchanges) exchange.run(told.n, JSON.stringify(told));
  };

  return (batch, nowS) => {
    // Deleting makes room, also where writing finds none.
    if (Math.abs(nowS - prunedAt) >= PRUNE_EVERY_S) {
      prunedAt = nowS;
      transact(database, () => prune(database, nowS));
    }
    transact(database, () => write(batch, nowS));
    return undefined;
  };
}

function transact(database: DatabaseSync, body: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    body();
    database.exec("COMMIT");
  } catch (error) {
    // Some errors, a full disk among them, end the transaction by themselves.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function prune(database: DatabaseSync, nowS: number): void {
  for (const { stepS, keepS } of steps) {
    // A clock that was ahead for a while leaves samples of the future, which would never grow old.
    database
      .prepare("DELETE FROM samples WHERE step = ? AND (at < ? OR at > ?)")
      .run(stepS, nowS - keepS, nowS + 3_600);
  }
  database.prepare("DELETE FROM masters WHERE at < ?").run(nowS - MASTERS_KEEP_S);
  database.prepare("DELETE FROM notices WHERE n <= (SELECT MAX(n) FROM notices) - ?").run(NOTICES_MAX);
  database.prepare("DELETE FROM exchanges WHERE n <= (SELECT MAX(n) FROM exchanges) - ?").run(EXCHANGES_MAX);
}

function pastMasters(database: DatabaseSync, nowS: number): readonly MonitoredMaster[] {
  const rows = database
    .prepare("SELECT view FROM masters WHERE view IS NOT NULL AND at >= ?")
    .all(nowS - MASTERS_KEEP_S);
  return rows.map(({ view }) => JSON.parse(String(view)) as MonitoredMaster);
}

/** The latest last. */
function pastExchanges(database: DatabaseSync, limit: number): readonly Exchange[] {
  const rows = database.prepare("SELECT told FROM exchanges ORDER BY n DESC LIMIT ?").all(limit);
  return rows.toReversed().map(({ told }) => JSON.parse(String(told)) as Exchange);
}

function series(database: DatabaseSync, { master, from, to, points }: SeriesQuery): MasterHistory {
  const [fine, coarse] = steps;
  const step = to - from <= fine.keepS ? fine.stepS : coarse.stepS;
  const width = Math.max(1, Math.ceil((to - from) / points / step)) * step;
  const rows = database.prepare(readSamples).all({ width, step, from, to, master }) as readonly Row[];
  const columns = historyColumns.map((name) => [name, rows.map((row) => row[name] as number | null)] as const);
  return {
    ...{ master, stepS: width, at: rows.map(({ bucket }) => Number(bucket)) },
    state: rows.map(({ state }) => states[Number(state)] ?? "UNKNOWN"),
    ...(Object.fromEntries(columns) as Record<HistoryColumn, (number | null)[]>),
  };
}

/** The latest first. */
function readNotices(database: DatabaseSync, { master, kind, text, limit }: NoticeQuery): readonly MonitoredNotice[] {
  const terms: string[] = [];
  const values: SQLInputValue[] = [];
  const want = (term: string, ...given: readonly (string | undefined)[]): void => {
    if (given.includes(undefined)) return;
    terms.push(term);
    values.push(...(given as readonly string[]));
  };
  want("master = ?", master);
  want("kind = ?", kind);
  want(
    "(INSTR(LOWER(data), LOWER(?)) > 0 OR INSTR(LOWER(kind), LOWER(?)) > 0 OR INSTR(LOWER(master), LOWER(?)) > 0)",
    text,
    text,
    text,
  );
  const where = terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`;
  const rows = database.prepare(`SELECT * FROM notices ${where} ORDER BY n DESC LIMIT ?`).all(...values, limit);
  return rows.map(({ n, at, master: told, kind: itsKind, severity, data }) => ({
    ...{ n: Number(n), at: String(at), master: told === null ? null : String(told), kind: String(itsKind) },
    severity: severity as MonitoredNotice["severity"],
    data: JSON.parse(String(data)) as MonitoredNotice["data"],
  }));
}
