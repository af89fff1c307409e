import type { Effect, Event } from "@mutirao/node-core";
import { type ConnId, isDialled } from "@mutirao/primitives";
import { describeLife } from "../swarm/boot.ts";
import type { CreateChecker, NodeLife } from "../swarm/world.ts";

type Phase = "dialling" | "open" | "closing";

/**
 * Every connection is told of in order: opened once at most, nothing before, closed exactly once, nothing after. And
 * the core keeps to it: it uses no connection that it was told is no more, and no number twice.
 */
export const createLifecycleChecker: CreateChecker = (_world, fail) => {
  const books = new Map<NodeLife, Map<ConnId, Phase>>();
  const lastDialled = new WeakMap<NodeLife, ConnId>();

  const checkEvent = (life: NodeLife, event: Event): void => {
    if (event.type === "started" || event.type === "wake") return;
    const book = books.get(life) ?? new Map<ConnId, Phase>();
    const { conn } = event;
    const phase = book.get(conn);
    const told = `${describeLife(life)} is told ${event.type} of connection ${conn}`;
    if (event.type === "conn-opened") {
      const isExpected = isDialled(conn) ? phase === "dialling" : phase === undefined;
      if (!isExpected) fail(`${told}, which is ${phase ?? "unknown"}`);
      book.set(conn, "open");
    } else if (phase === undefined) fail(`${told}, which is over or never was`);
    else if (event.type === "conn-closed") book.delete(conn);
    else if (phase !== "open") fail(`${told}, which is ${phase}`);
  };

  const checkEffect = (life: NodeLife, effect: Effect): void => {
    if (effect.type === "notify") return;
    const book = books.get(life);
    const { conn } = effect;
    const phase = book?.get(conn);
    const asks = `${describeLife(life)} asks to ${effect.type} connection ${conn}`;
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
        if (!book.delete(conn))
          fail(`${describeLife(life)}: its stop ends connection ${conn}, which is over or never was`);
      }
      for (const [conn, phase] of book) fail(`${describeLife(life)}: its stop leaves connection ${conn} ${phase}`);
      const left = life.host.transport.connections;
      if (left > 0) fail(`${describeLife(life)}: its stop leaves ${left} connections in the transport`);
    },
    lifeEnded: (life) => void books.delete(life),
  };
};
