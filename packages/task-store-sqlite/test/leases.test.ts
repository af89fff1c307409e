import { nodeId } from "@mutirao/primitives";
import { LEASES_MAX, type LeaseChange } from "@mutirao/task-store";
import { at, leased, sampleLease } from "@mutirao/task-store/conformance";
import { expect, it } from "vitest";
import { pushWrite } from "../src/change-cells.ts";
import type { Cell } from "../src/columns.ts";
import { openSqliteTaskStore } from "../src/index.ts";
import { filesIn } from "../src/thread/files.ts";
import { createForgetting } from "../src/thread/forget-tasks.ts";
import { inspectDatabase } from "../src/thread/inspect-database.ts";
import { openDatabase } from "../src/thread/open-database.ts";
import { createTransact } from "../src/thread/transaction.ts";
import { createWriteGroup } from "../src/thread/write-group.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const home = (n: number) => sampleLease(`w${n}`, 2, undefined, n);

it("forgotten leases stay forgotten", async () => {
  const directory = temporaryDirectory();
  const store = await openSqliteTaskStore({ directory });
  await store.load();
  const leases = Array.from({ length: LEASES_MAX + 1_200 }, (_, n) => home(n));
  await store.write(leases.map(leased));
  expect(await store.prune(at(0), 1)).toEqual([]);
  await store.close();
  const again = await openSqliteTaskStore({ directory });
  expect((await again.load()).leases).toEqual(leases.slice(1_200));
  await again.close();
});

it("a worker that is lent after it was chosen is not forgotten", () => {
  const directory = temporaryDirectory();
  const open = openDatabase({ directory, fileMaxBytes: undefined });
  const { database, known, close } = open;
  const transact = createTransact(open);
  const writeGroup = createWriteGroup(database, known, transact);
  const write = (changes: readonly LeaseChange[]) => {
    const cells: Cell[] = [];
    pushWrite(cells, changes);
    return writeGroup([cells]);
  };
  write(Array.from({ length: LEASES_MAX + 700 }, (_, n) => leased(home(n))));
  const forgetting = createForgetting(database, known, transact);
  forgetting.choose(at(0), 1);
  // A few at a time, between which others have their turn.
  expect(forgetting.next()).toEqual([]);
  expect(known.leases.size).toBeGreaterThan(LEASES_MAX);
  write([leased(sampleLease("w0", 1, "b")), leased(sampleLease("w699", 3, "b"))]);
  while (forgetting.next() !== undefined) expect(known.leases.size).toBeGreaterThan(LEASES_MAX);
  close();

  const { leases } = inspectDatabase(filesIn(directory)).known;
  // The one that had been forgotten begins anew.
  expect([leases.get(nodeId("w0"))?.epoch, leases.get(nodeId("w699"))?.epoch]).toEqual([1, 3]);
  expect([leases.has(nodeId("w698")), leases.has(nodeId("w700"))]).toEqual([false, true]);
  expect(leases.size).toBe(LEASES_MAX + 2);
});

it("refuses a worker whose id is half a character, as two of them would become one", async () => {
  const store = await openSqliteTaskStore({ directory: temporaryDirectory() });
  await store.load();
  const broken = { ...sampleLease("w1", 1, "b"), worker: nodeId("\ud83d") };
  await expect(store.write([leased(broken)])).rejects.toThrow("an id is well-formed text");
  await store.close();
});
