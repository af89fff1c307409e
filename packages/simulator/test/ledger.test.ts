import type { Effect, Event } from "@mutirao/node-core";
import { dialledConnId, instantMs, nodeId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createLedger, type Happening } from "../src/pulse/swarm/ledger.ts";
import { worldMs } from "../src/scheduler.ts";

const peer = { host: "10.0.0.2", port: 9_101 };
const key = "10.0.0.2:9101";
const first = dialledConnId(0);
const second = dialledConnId(1);

const wake: Event = { type: "wake" };
const opened: Event = { type: "conn-opened", conn: first, remote: peer, local: peer };
const closed: Event = { type: "conn-closed", conn: first, reason: { code: "CONN_ENDED" } };
const dial = (conn = first): Effect => ({ type: "dial", conn, to: peer });
const ask = (conn = first): Effect => ({
  type: "send",
  conn,
  message: { kind: "heartbeat-request", dialect: "brief" },
});
const answer = (id?: string): Event => ({
  type: "message-received",
  conn: first,
  remote: peer,
  message: { kind: "heartbeat-reply", dialect: "brief", ...(id === undefined ? {} : { from: nodeId(id) }) },
});

function createCase() {
  const ledger = createLedger([peer]);
  const note = (now: number, event: Event, ...effects: Effect[]): Happening["kind"][] => {
    const step = { event, effects, now: instantMs(now), at: worldMs(now), dueAt: undefined };
    return ledger.note(step).map(({ kind }) => kind);
  };
  return { ledger, note };
}

describe("the ledger", () => {
  test("a beat is dialled, asked and answered, and its answer is evidence of that moment", () => {
    const { ledger, note } = createCase();
    expect(note(1, wake, dial())).toEqual(["attempt-began"]);
    expect(note(2, opened, ask())).toEqual(["asked"]);
    expect(note(3, answer("b"))).toEqual(["answered"]);
    expect(ledger.evidence(nodeId("b"), peer)).toBe(3);
    expect(note(9, wake, ask())).toEqual(["attempt-began", "asked"]);
  });

  test("an answer that nobody asked for is no evidence, nor is one on a connection that is being closed", () => {
    const { ledger, note } = createCase();
    note(1, wake, dial());
    note(2, opened, ask());
    note(3, answer("b"));
    expect(note(4, answer("b"))).toEqual([]);
    note(5, wake, ask());
    expect(note(6, wake, { type: "close", conn: first })).toEqual(["failed"]);
    expect(note(7, answer("b"))).toEqual([]);
    expect(ledger.evidence(nodeId("b"), peer)).toBe(3);
  });

  test("an answer without an id is evidence for the address", () => {
    const { ledger, note } = createCase();
    note(1, wake, dial());
    note(2, opened, ask());
    note(3, answer());
    expect(ledger.evidence(nodeId(key), peer)).toBe(3);
  });

  test("a dial that fails, and a connection that ends under a question, are failed beats", () => {
    const { note } = createCase();
    note(1, wake, dial());
    expect(note(2, closed)).toEqual(["failed"]);
    note(3, wake, dial(second));
    note(4, { type: "conn-opened", conn: second, remote: peer, local: peer }, ask(second));
    expect(note(5, { type: "conn-closed", conn: second, reason: { code: "CONN_ENDED" } })).toEqual(["failed"]);
  });

  test("a redial in the same breath goes on with the beat; the end of an idle connection is nothing", () => {
    const { ledger, note } = createCase();
    note(1, wake, dial());
    note(2, opened, ask());
    note(3, answer("b"));
    note(9, wake, ask());
    expect(note(10, closed, dial(second))).toEqual(["redialled"]);
    expect(ledger.targets.get(key)?.attempt?.startedAt).toBe(9);

    const other = createCase();
    other.note(1, wake, dial());
    other.note(2, opened, ask());
    other.note(3, answer("b"));
    expect(other.note(4, closed)).toEqual([]);
    expect(other.ledger.conns.size).toBe(0);
  });
});
