import { createHeap } from "@mutirao/primitives";
import type { LiveTask } from "./live-task.ts";

/**
 * Tasks that are equal to a worker: of one type and priority, and alike in whether they fit into a line of the class's.
 * First come, first served; one that is given back goes before all that came after it.
 */
export interface Lane {
  readonly type: string;
  readonly priority: number;
  readonly isForClass: boolean;
  /** How many tasks wait in it. */
  readonly size: number;
  add(task: LiveTask): void;
  /** The task that is next, left where it is. */
  first(): LiveTask | undefined;
  /** A task has left: it was taken, or cancelled. Its ticket is another now. */
  left(): void;
}

interface Entry {
  readonly task: LiveTask;
  /** The task's ticket when it entered; another one there means that the task has left. */
  readonly ticket: number;
}

/** Entries that are stale or taken are let go of when they outnumber the others and these. */
const SLACK = 64;

const isWaiting = ({ task, ticket }: Entry): boolean => task.ticket === ticket;

export function createLane(type: string, priority: number, isForClass: boolean): Lane {
  let entries: Entry[] = [];
  let head = 0;
  /** Those that came back, by their place in the order of acceptance. */
  const returned = createHeap<Entry>((a, b) => a.task.seq < b.task.seq);
  let size = 0;

  const skipStale = (): void => {
    while (head < entries.length) {
      const entry = entries[head];
      if (entry !== undefined && isWaiting(entry)) break;
      head++;
    }
    for (let first = returned.first(); first !== undefined && !isWaiting(first); first = returned.first()) {
      returned.takeFirst();
    }
  };

  const compact = (): void => {
    if (entries.length + returned.size <= 2 * size + SLACK) return;
    entries = entries.slice(head).filter(isWaiting);
    returned.keep(isWaiting);
    head = 0;
  };

  return {
    type,
    priority,
    isForClass,
    get size() {
      return size;
    },
    add(task) {
      size++;
      const entry: Entry = { task, ticket: task.ticket };
      const last = entries.at(-1);
      if (last === undefined || last.task.seq < task.seq) entries.push(entry);
      else returned.add(entry);
    },
    first() {
      skipStale();
      const given = returned.first();
      const next = entries[head];
      if (given === undefined) return next?.task;
      return next === undefined || given.task.seq < next.task.seq ? given.task : next.task;
    },
    left() {
      size--;
      compact();
    },
  };
}
