/** Asks for all addresses of a name. The platform's, or a test's. */
export type Lookup = (
  name: string,
  done: (error: Error | null, addresses: readonly { readonly address: string }[]) => void,
) => void;

/** What a look-up found, in the resolver's order; an error if it found nothing. */
export type LookupOutcome = Error | readonly string[];

/**
 * Look-ups that wait for their place. `getaddrinfo` cannot be cancelled and holds a thread until it ends by itself,
 * after ten seconds and more if the name server is gone. So only a few are under way at once, one counts until it
 * really ends, and names under suspicion (they failed or hung before) wait behind all others and never take the last
 * place: a few dead names must not keep the living ones from being asked.
 */
export interface LookupQueue {
  /** Calls back exactly once, when the look-up has ended, however long that takes. */
  ask(name: string, isSuspect: boolean, begun: () => void, ended: (outcome: LookupOutcome) => void): void;
  /** Begins no look-up any more, and calls nobody back. */
  stop(): void;
}

interface Request {
  readonly name: string;
  readonly begun: () => void;
  readonly ended: (outcome: LookupOutcome) => void;
}

export function createLookupQueue(lookup: Lookup, lookupsMax: number): LookupQueue {
  let requests: Request[] = [];
  let suspectRequests: Request[] = [];
  let underWay = 0;
  let isStopped = false;

  const begin = ({ name, begun, ended }: Request): void => {
    const end = (outcome: LookupOutcome): void => {
      underWay--;
      if (isStopped) return;
      ended(outcome);
      beginNext();
    };
    underWay++;
    begun();
    try {
      lookup(name, (error, addresses) => end(error ?? addresses.map(({ address }) => address)));
    } catch (error) {
      end(error as Error);
    }
  };

  const beginNext = (): void => {
    const placesForSuspects = Math.max(1, lookupsMax - 1);
    while (underWay < lookupsMax) {
      const request = requests.shift() ?? (underWay < placesForSuspects ? suspectRequests.shift() : undefined);
      if (request === undefined) return;
      begin(request);
    }
  };

  return {
    ask(name, isSuspect, begun, ended) {
      (isSuspect ? suspectRequests : requests).push({ name, begun, ended });
      beginNext();
    },
    stop() {
      isStopped = true;
      requests = [];
      suspectRequests = [];
    },
  };
}
