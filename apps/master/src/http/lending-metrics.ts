import type { LoanView, Notice } from "@mutirao/node-core";
import { printable } from "@mutirao/protocol";
import { Counter, Gauge, type Registry } from "prom-client";
import type { MasterAccess } from "../master-access.ts";

/** Counts by label values, which a busy master only adds to between two looks. */
type Counts = Map<string, { readonly labels: Readonly<Record<string, string>>; count: number }>;

/** Codes come from other masters; what is beyond so many is counted as `other`. */
const CODES_MAX = 64;
const LOANS_MAX = 100_000;

/** The figures of lending and borrowing. Gives a function that stops the counting. */
export function addLending(registry: Registry, master: MasterAccess): () => void {
  const loans = addCounter(registry, "loans_total", "Loans that began, by direction.", ["direction"]);
  const asks = addCounter(registry, "borrow_asks_total", "Times that a peer was asked for workers.", []);
  const requests = addCounter(
    registry,
    "lend_requests_total",
    "Times that somebody asked this master for workers.",
    [],
  );
  const refusals = addCounter(
    registry,
    "lending_refusals_total",
    "Answers without a worker, by code and by who refused: us, or a peer (them).",
    ["by", "code"],
  );
  const reclaims = addCounter(registry, "reclaimed_workers_total", "Lent workers that were called back.", []);
  const broken = addCounter(registry, "broken_promises_total", "Promised workers that did not come.", []);
  addGauges(registry, master);

  const count = (notice: Notice): void => {
    switch (notice.kind) {
      case "loan-changed":
        if (notice.from === undefined) add(loans, { direction: notice.direction }, 1);
        break;
      case "borrow-asked":
        if (notice.isObserved !== true) add(asks, {}, 1);
        break;
      case "borrow-answered":
        if (notice.code !== undefined) add(refusals, { by: "them", code: knownCode(refusals, notice.code) }, 1);
        break;
      case "lend-asked":
        add(requests, {}, 1);
        if (notice.code !== undefined) add(refusals, { by: "us", code: notice.code }, 1);
        break;
      case "reclaim-ordered":
        add(reclaims, {}, notice.workers);
        break;
      case "promise-broken":
        add(broken, {}, 1);
        break;
      default:
    }
  };
  return master.onNotice(count);
}

const knownCode = (counts: Counts, code: string): string => {
  const safe = printable(code);
  return counts.size < CODES_MAX || counts.has(keyOf({ by: "them", code: safe })) ? safe : "other";
};

const keyOf = (labels: Readonly<Record<string, string>>): string => JSON.stringify(labels);

function add(counts: Counts, labels: Readonly<Record<string, string>>, count: number): void {
  const key = keyOf(labels);
  const known = counts.get(key);
  if (known === undefined) counts.set(key, { labels, count });
  else known.count += count;
}

function addCounter(registry: Registry, name: string, help: string, labelNames: readonly string[]): Counts {
  const counts: Counts = new Map();
  // One without labels is there from the start.
  if (labelNames.length === 0) add(counts, {}, 0);
  new Counter({
    name: `mutirao_${name}`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, count } of counts.values()) this.inc({ ...labels }, count);
    },
  });
  return counts;
}

function addGauges(registry: Registry, master: MasterAccess): void {
  const open = (direction: LoanView["direction"]): number =>
    master.loans({ direction, limit: LOANS_MAX }).filter(({ endedAt }) => endedAt === undefined).length;
  new Gauge({
    name: "mutirao_loans_open",
    help: "Loans that are open: out, workers of this master's that are lent; in, workers that are borrowed.",
    labelNames: ["direction"],
    registers: [registry],
    collect() {
      for (const direction of ["in", "out"] as const) this.set({ direction }, open(direction));
    },
  });
  new Gauge({
    name: "mutirao_journal_entries",
    help: "Decisions that are remembered.",
    registers: [registry],
    collect() {
      this.set(master.journal.entries().length);
    },
  });
  new Counter({
    name: "mutirao_journal_lost_total",
    help: "Decisions that the disk did not take.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(master.journal.lost);
    },
  });
}
