import { type ConnId, isDialled } from "@mutirao/primitives";
import type { AnyEffect, AnyEvent } from "../hosts/sim-host.ts";
import type { Fail, Life } from "../stage.ts";
import type { LifeChecker } from "./life-checker.ts";

type Phase = "dialling" | "open" | "closing";

/**
 * Every connection is told of in order: opened once at most, nothing before, closed exactly once, nothing after. And
 * the core keeps to it: it uses no connection that it was told is no more, and no number twice.
 */
export const createLifecycleChecker = (_world: unknown, fail: Fail): LifeChecker => {
  const books = new Map<Life, Map<ConnId, Phase>>();
  const lastDialled = new WeakMap<Life, ConnId>();

  const checkEvent = (life: Life, event: AnyEvent): void => {
    if (!("conn" in event)) return;
    const book = books.get(life) ?? new Map<ConnId, Phase>();
    const { conn } = event;
    const phase = book.get(conn);
    const told = `${life.label} is told ${event.type} of connection ${conn}`;
    if (event.type === "conn-opened") {
      const isExpected = isDialled(conn) ? phase === "dialling" : phase === undefined;
      if (!isExpected) fail(`${told}, which is ${phase ?? "unknown"}`);
      book.set(conn, "open");
    } else if (phase === undefined) fail(`${told}, which is over or never was`);
    else if (event.type === "conn-closed") book.delete(conn);
    else if (phase !== "open") fail(`${told}, which is ${phase}`);
  };

  const checkEffect = (life: Life, effect: AnyEffect): void => {
    if (!("conn" in effect)) return;
    const book = books.get(life);
    const { conn } = effect;
    const phase = book?.get(conn);
    const asks = `${life.label} asks to ${effect.type} connection ${conn}`;
    if (effect.type === "dial") {
      if (!isDialled(conn) || conn <= (lastDialled.get(life) ?? -1)) fail(`${asks}, a number that is not its to use`);
      lastDialled.set(life, conn);
      book?.set(conn, "dialling");
    } else if (phase === undefined) fail(`${asks}, which is over or never was`);
    else if (phase === "closing") fail(`${asks}, which it has already closed`);
    else if (effect.type === "close") book?.set(conn, "closing");
  };

  return {
    lifeBegan: (life) => void books.set(life, new Map()),
    observe({ life, event, effects }) {
      checkEvent(life, event);
      for (const effect of effects) checkEffect(life, effect);
    },
    lifeStopped(life) {
      const book = books.get(life) ?? new Map<ConnId, Phase>();
      for (const conn of life.endedByStop) {
        if (!book.delete(conn)) fail(`${life.label}: its stop ends connection ${conn}, which is over or never was`);
      }
      for (const [conn, phase] of book) fail(`${life.label}: its stop leaves connection ${conn} ${phase}`);
      const left = life.host.transport.connections;
      if (left > 0) fail(`${life.label}: its stop leaves ${left} connections in the transport`);
    },
    lifeEnded: (life) => void books.delete(life),
  };
};
