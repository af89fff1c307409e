import { isIPv6, type Socket } from "node:net";

/** How long one address has before the next is tried alongside it (RFC 8305 section 5). */
const STEP_MS = 250;

/** The connected socket, without any listener of ours, or the error of each address. */
export type RaceOutcome = { readonly socket: Socket } | { readonly errors: readonly Error[] };

/**
 * Connects to whichever address answers first. The next address is tried as soon as one fails, and alongside it when
 * it takes long; an address that is slow may still win.
 *
 * Node's own `autoSelectFamily` is not enough: it is off whenever a local address is bound, and it gives an address up
 * for good after the step, so that two addresses which both take longer can never be reached.
 *
 * @param addresses in the order in which to try them; at least one.
 * @param connect begins to connect; what it throws counts as that address's failure.
 * @param done called once, perhaps before this function returns.
 * @returns gives the race up; `done` is then not called any more.
 */
export function raceConnects(
  addresses: readonly string[],
  connect: (address: string) => Socket,
  done: (outcome: RaceOutcome) => void,
): () => void {
  const running = new Set<Socket>();
  const errors: Error[] = [];
  let nextIndex = 0;
  let stepTimer: NodeJS.Timeout | undefined;
  let isOver = false;

  const end = (): void => {
    isOver = true;
    clearTimeout(stepTimer);
    for (const socket of running) socket.destroy();
  };

  const fail = (error: Error): void => {
    errors.push(error);
    if (isOver) return;
    if (nextIndex < addresses.length) {
      tryNext();
    } else if (running.size === 0) {
      isOver = true;
      done({ errors });
    }
  };

  const begin = (address: string): void => {
    const socket = connect(address);
    running.add(socket);
    const onError = (error: Error): void => {
      running.delete(socket);
      fail(error);
    };
    socket.on("error", onError);
    socket.once("connect", () => {
      if (isOver) return;
      socket.off("error", onError);
      running.delete(socket);
      end();
      done({ socket });
    });
  };

  const tryNext = (): void => {
    clearTimeout(stepTimer);
    const address = addresses[nextIndex++];
    if (address === undefined) return;
    if (nextIndex < addresses.length) stepTimer = setTimeout(tryNext, STEP_MS);
    try {
      begin(address);
    } catch (error) {
      fail(error as Error);
    }
  };

  tryNext();
  return end;
}

/**
 * The addresses once each, the families in turn, beginning with that of the first (RFC 8305 section 4): where one
 * family does not work at all, the other's first address is tried second.
 */
export function alternateFamilies(addresses: readonly string[]): readonly string[] {
  const distinct = [...new Set(addresses)];
  const startsWithIpv6 = isIPv6(distinct[0] ?? "");
  const preferred = distinct.filter((address) => isIPv6(address) === startsWithIpv6);
  const others = distinct.filter((address) => isIPv6(address) !== startsWithIpv6);
  const pairs = preferred.length > others.length ? preferred : others;
  return pairs.flatMap((_, index) => [...preferred.slice(index, index + 1), ...others.slice(index, index + 1)]);
}
