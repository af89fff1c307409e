import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { epochMs, type TaskId, taskId } from "@mutirao/primitives";
import type { EndState, FinishedTask } from "@mutirao/task-store";
import { type Cell, PENDING, stateOf } from "../columns.ts";
import type { ListPart } from "../messages.ts";
import type { KnownRows } from "./known-rows.ts";
import { checkedCells, checkedLease } from "./row-check.ts";
import { SELECT_LEASES, SELECT_ROWS } from "./schema.ts";

type Cells = readonly Cell[];

/** Looks tasks up, and leases. Each call is short, so that the next group has not to wait for long. */
export interface TaskReader {
  /** Calls `part` with all unfinished tasks, some at a time, in the order of acceptance. */
  unfinished(part: (rows: readonly Cells[]) => void): void;
  /** Who has ended, the oldest end first. */
  finished(): readonly FinishedTask[];
  leases(): readonly Cells[];
  get(id: TaskId): Cells | undefined;
  /** Tasks below a place in the order of acceptance, the highest first. */
  list(state: number | undefined, limit: number, below: number): ListPart;
}

/** The state of a row of `SELECT_ROWS`. */
const STATE = `ifnull(s.state, ${PENDING})`;

const PART_ROWS = 1_000;
/** How many rows one call looks at to find those of a state, and how many it hands over. */
const LOOK_ROWS = 5_000;
const LIST_PART_ROWS = 200;

export function createTaskReader(database: DatabaseSync, known: KnownRows): TaskReader {
  const prepare = (sql: string): StatementSync => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const one = prepare(`${SELECT_ROWS} WHERE t.seq = ?`);
  const pending = prepare(`${SELECT_ROWS} WHERE ${STATE} = ${PENDING} ORDER BY t.seq`);
  const ended = prepare(
    `SELECT t.id, s.state, s.ended_at FROM statuses s JOIN tasks t ON t.seq = s.seq
      WHERE s.state <> ${PENDING} ORDER BY s.ended_at, s.seq`,
  );
  const leases = prepare(SELECT_LEASES);
  const lowest = prepare(
    `SELECT min(seq) FROM (SELECT seq FROM tasks WHERE seq < ? ORDER BY seq DESC LIMIT ${LOOK_ROWS})`,
  );
  const between = prepare(
    `${SELECT_ROWS} WHERE t.seq < ?1 AND t.seq >= ?2 AND (?3 IS NULL OR ${STATE} = ?3) ORDER BY t.seq DESC LIMIT ?4`,
  );
  const rowsOf = (statement: StatementSync, ...values: readonly SQLInputValue[]): readonly Cells[] =>
    statement.all(...values) as unknown as readonly Cells[];

  return {
    unfinished(part) {
      let rows: Cells[] = [];
      for (const row of pending.iterate() as unknown as Iterable<Cells>) {
        rows.push(checkedCells(row));
        if (rows.length < PART_ROWS) continue;
        part(rows);
        rows = [];
      }
      part(rows);
    },
    finished: () =>
      rowsOf(ended).map(([id, state, endedAt]) => ({
        id: taskId(id as string),
        state: stateOf(state as number) as EndState,
        endedAt: epochMs(endedAt as number),
      })),
    leases: () => rowsOf(leases).map(checkedLease),
    get(id) {
      const seq = known.seqs.get(id);
      return seq === undefined ? undefined : rowsOf(one, seq).map(checkedCells)[0];
    },
    list(state, limit, below) {
      const from = rowsOf(lowest, below)[0]?.[0];
      if (typeof from !== "number") return { rows: [], below: undefined };
      const rows = rowsOf(between, below, from, state ?? null, Math.min(limit, LIST_PART_ROWS));
      const isCutShort = rows.length === LIST_PART_ROWS;
      return { rows: rows.map(checkedCells), below: isCutShort ? (rows.at(-1)?.[0] as number) : from };
    },
  };
}
