import { acceptedConnId, type ConnId, dialledConnId, type Endpoint, formatEndpoint } from "@mutirao/primitives";
import { decodeLine, encodeMessage } from "@mutirao/protocol";
import type { MasterEffect, MasterEvent, WorkerEffect, WorkerEvent } from "../../src/index.ts";

export interface Conn {
  readonly id: ConnId;
  readonly owner: Resident;
  far: Conn | undefined;
  isOpen: boolean;
}

/** Somebody in the town. */
export interface Resident {
  readonly name: string;
  /** Where it listens, if it does. */
  readonly at: Endpoint | undefined;
  /** Which of its processes this is. */
  life: number;
  isUp: boolean;
  accepted: number;
  handle(event: MasterEvent | WorkerEvent): void;
  readonly conns: Map<ConnId, Conn>;
}

/** Nobody's process has begun yet; what it does with events is for the caller to say. */
export const newResident = (name: string, at: Endpoint | undefined) => ({
  name,
  at,
  life: 0,
  isUp: true,
  accepted: 0,
  conns: new Map<ConnId, Conn>(),
});

/** A line on its way: who says it to whom. */
export interface Saying {
  readonly from: string;
  readonly to: string;
  readonly line: string;
}

/**
 * The connections of a town: without latency, and every line can be read, dropped, held back or said again.
 *
 * @param isDue whether it has something to do at this moment.
 */
export function createTownNetwork(isDue: (name: string) => boolean) {
  const residents = new Map<string, Resident>();
  const queue: (() => void)[] = [];
  const said: Saying[] = [];
  const cuts = new Set<string>();
  let filter: (saying: Saying) => "pass" | "drop" | "hold" = () => "pass";
  const held: (() => void)[] = [];
  let strangers = 0;

  const isCut = (a: string, b: string): boolean => cuts.has(`${a} ${b}`) || cuts.has(`${b} ${a}`);
  const drain = (): void => {
    for (let steps = 0; queue.length > 0; steps++) {
      if (steps > 100_000) throw new Error("the town never comes to rest");
      queue.shift()?.();
    }
  };
  const hostOf = (resident: Resident): string => resident.at?.host ?? "127.0.9.9";

  const dial = (from: Resident, id: ConnId, to: Endpoint): void => {
    const near: Conn = { id, owner: from, far: undefined, isOpen: true };
    from.conns.set(id, near);
    queue.push(() => {
      const target = [...residents.values()].find(
        ({ at }) => at !== undefined && formatEndpoint(at) === formatEndpoint(to),
      );
      if (!near.isOpen) return;
      if (target === undefined || !target.isUp || isCut(from.name, target.name)) {
        end(near, "ERR_DIAL_REFUSED");
        return;
      }
      const far: Conn = { id: acceptedConnId(target.accepted++), owner: target, far: near, isOpen: true };
      near.far = far;
      target.conns.set(far.id, far);
      const remote = { host: hostOf(from), port: 50_000 };
      target.handle({ type: "conn-opened", conn: far.id, remote, local: to });
      from.handle({ type: "conn-opened", conn: id, remote: to, local: remote });
    });
  };
  const end = (conn: Conn, code: "CONN_ENDED" | "ERR_DIAL_REFUSED"): void => {
    if (!conn.isOpen) return;
    conn.isOpen = false;
    conn.owner.conns.delete(conn.id);
    const { owner } = conn;
    const { life } = owner;
    queue.push(() => {
      if (owner.isUp && owner.life === life) owner.handle({ type: "conn-closed", conn: conn.id, reason: { code } });
    });
  };
  const send = (conn: Conn | undefined, line: string): void => {
    const far = conn?.far;
    if (conn === undefined || far === undefined) return;
    const saying: Saying = { from: conn.owner.name, to: far.owner.name, line };
    const deliver = (): void => {
      if (!far.isOpen || !far.owner.isUp) return;
      const decoded = decodeLine(line);
      const remote = { host: hostOf(conn.owner), port: 50_000 };
      if ("message" in decoded)
        far.owner.handle({ type: "message-received", conn: far.id, remote, message: decoded.message, line });
      else throw new Error(`${saying.from} says what nobody understands: ${line}`);
    };
    const fate = isCut(saying.from, saying.to) ? "drop" : filter(saying);
    if (fate !== "drop") said.push(saying);
    if (fate === "pass") queue.push(deliver);
    if (fate === "hold") held.push(deliver);
  };

  /** What masters and workers ask of the network. */
  const perform = (who: Resident, effect: MasterEffect | WorkerEffect): void => {
    if (effect.type === "dial") dial(who, effect.conn, effect.to);
    else if (effect.type === "send") send(who.conns.get(effect.conn), encodeMessage(effect.message).trimEnd());
    else if (effect.type === "close") {
      const conn = who.conns.get(effect.conn);
      if (conn === undefined) return;
      const { far } = conn;
      // What was sent before is read first.
      if (far !== undefined) queue.push(() => end(far, "CONN_ENDED"));
      end(conn, "CONN_ENDED");
    }
  };

  const down = (resident: Resident): void => {
    resident.isUp = false;
    for (const conn of [...resident.conns.values()]) {
      const { far } = conn;
      conn.isOpen = false;
      if (far !== undefined) end(far, "CONN_ENDED");
    }
    resident.conns.clear();
  };

  return {
    residents,
    said,
    perform,
    down,
    /** Everything that is under way arrives, and whatever follows from it. */
    settle: drain,
    /** It happens after what is under way. */
    later: (happening: () => void): void => void queue.push(happening),
    /** What a test may do to the network, and say on it. */
    tools: {
      /** A master of another team, at the endpoint of this name: answers each line, or does not. It closes nothing. */
      foreign(name: string, answer: (saying: Saying) => string | undefined): Endpoint {
        const at = endpointOf(name);
        const resident: Resident = {
          ...newResident(name, at),
          handle(event) {
            if (event.type !== "message-received") return;
            const heard = said.findLast(({ to }) => to === name);
            const line = heard === undefined ? undefined : answer(heard);
            if (line !== undefined) send(resident.conns.get(event.conn), line);
          },
        };
        residents.set(name, resident);
        return at;
      },
      cut(a: string, b: string) {
        cuts.add(`${a} ${b}`);
        for (const resident of [residents.get(a), residents.get(b)]) {
          for (const conn of [...(resident?.conns.values() ?? [])]) {
            const { far } = conn;
            const other = far?.owner.name;
            if (far === undefined || (other !== a && other !== b)) continue;
            end(conn, "CONN_ENDED");
            end(far, "CONN_ENDED");
          }
        }
        drain();
      },
      heal(a: string, b: string) {
        cuts.delete(`${a} ${b}`);
      },
      /** What becomes of each line from now on. */
      lines(fate: (saying: Saying) => "pass" | "drop" | "hold") {
        filter = fate;
      },
      /** What was held back arrives now. */
      letGo() {
        queue.push(...held.splice(0));
        drain();
      },
      /** The lines with this word from one to the other. */
      lineCount: (from: string, to: string, word: string) =>
        said.filter((saying) => saying.from === from && saying.to === to && saying.line.includes(`"${word}"`)).length,
      /** A line is said again, on the connection that the two have now. */
      repeats(saying: Saying | undefined, from: string, to: string) {
        const conn = [...(residents.get(from)?.conns.values() ?? [])].find(({ far }) => far?.owner.name === to);
        if (saying === undefined || conn === undefined) throw new Error("there is nothing to repeat, or nowhere");
        send(conn, saying.line);
        drain();
      },
      /**
       * Somebody says one line to a master from this host, on a connection of its own. Gives what is answered.
       */
      forges(to: string, host: string, object: object): readonly string[] {
        const target = residents.get(to);
        const line = JSON.stringify(object);
        const decoded = decodeLine(line);
        if (target === undefined || !("message" in decoded)) throw new Error("the line, or its reader, is none");
        const stranger: Resident = {
          ...newResident("stranger", undefined),
          handle: (event) => void (event.type === "conn-closed" && answers.push("(closed)")),
        };
        const answers: string[] = [];
        const near: Conn = { id: dialledConnId(strangers++), owner: stranger, far: undefined, isOpen: true };
        const far: Conn = { id: acceptedConnId(target.accepted++), owner: target, far: near, isOpen: true };
        near.far = far;
        stranger.conns.set(near.id, near);
        target.conns.set(far.id, far);
        const remote = { host, port: 50_001 };
        const from = said.length;
        target.handle({ type: "conn-opened", conn: far.id, remote, local: target.at ?? remote });
        target.handle({ type: "message-received", conn: far.id, remote, message: decoded.message, line });
        drain();
        // What is to be done as soon as all that has arrived is read.
        for (let turn = 0; turn < 2 && isDue(to); turn++) {
          target.handle({ type: "wake" });
          drain();
        }
        answers.push(...said.slice(from).flatMap((saying) => (saying.to === "stranger" ? [saying.line] : [])));
        end(far, "CONN_ENDED");
        drain();
        return answers;
      },
    },
  };
}

/** Masters are called `m1`, `m2` and so on, and live at hosts of their own. */
export function endpointOf(name: string): Endpoint {
  return { host: `127.0.${name.slice(1)}.1`, port: 9_101 };
}
