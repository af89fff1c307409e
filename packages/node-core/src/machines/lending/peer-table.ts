import {
  type Endpoint,
  formatEndpoint,
  type InstantMs,
  isIpLiteral,
  type NodeId,
  nodeId,
  parseEndpoint,
  sameEndpoint,
  unmapped,
} from "@mutirao/primitives";
import type { PeerFigures } from "@mutirao/protocol";

/** A configured peer, as far as lending is concerned. */
export interface PeerRecord {
  /** The configured address, as `formatEndpoint` writes it: what the peer is called in loans and in the journal. */
  readonly address: string;
  readonly endpoint: Endpoint;
  /** Who answered there last. */
  id: NodeId | undefined;
  /** It has answered, and did not say who it is: the older spelling of a beat has no place for that. */
  isUnnamed: boolean;
  /** The IP address from which it answered; `undefined` before that, if the configured host is a name. */
  host: string | undefined;
  /** It has sent `EXT`, so it understands more than the class's words. */
  isOurs: boolean;
  /** What it said of itself last, and when. */
  figures: PeerFigures | undefined;
  figuresAt: InstantMs | undefined;
  /** Before this it is not asked again. */
  notBefore: InstantMs;
}

/** The peers, and the ways in which others name them. */
export interface PeerTable {
  readonly all: readonly PeerRecord[];
  at(address: string): PeerRecord | undefined;
  /**
   * Who has sent a line that was accepted from `remote`, and claims to be `from` (if it says so at all). A name alone
   * gives no right: the line must come from where the peer answers our beats.
   *
   * @param listensAt where the sender says that it listens; it tells apart the peers of one machine that do not say who they are.
   */
  senderOf(from: NodeId | undefined, remote: Endpoint, listensAt?: Endpoint): PeerRecord | undefined;
  /**
   * One master that answers at two configured addresses, as a name and an IP address may be, has two records. Whatever it
   * says is taken for the word of the first; so whatever is begun with it has to be that one's.
   */
  firstOf(peer: PeerRecord): PeerRecord;
  /** Whom a worker means by what it says of its owner: an id, an `ip:port` (of the node, or of its push port), or an `ip`. */
  named(text: string): PeerRecord | undefined;
}

const NEVER = 0 as InstantMs;

export function createPeerTable(endpoints: readonly Endpoint[]): PeerTable {
  const records = new Map(endpoints.map((endpoint) => [formatEndpoint(endpoint), recordOf(endpoint)]));
  const all = [...records.values()];
  return {
    all,
    at: (address) => records.get(address),
    senderOf(from, remote, listensAt) {
      const there = all.filter((peer) => isFrom(peer, remote));
      const known = there.find(({ id }) => from !== undefined && id === from);
      // Whoever leaves its name out of its beats may say it elsewhere.
      const nameless = from === undefined ? there : there.filter(({ isUnnamed }) => isUnnamed);
      if (known !== undefined || nameless.length <= 1) return known ?? nameless[0];
      return nameless.find(({ endpoint }) => listensAt !== undefined && isPortOf(endpoint, listensAt.port));
    },
    firstOf: (peer) => (peer.id === undefined ? peer : (all.find((other) => isSame(other, peer)) ?? peer)),
    named: (text) => named(all, text),
  };
}

const recordOf = (endpoint: Endpoint): PeerRecord => ({
  address: formatEndpoint(endpoint),
  endpoint,
  id: undefined,
  isUnnamed: false,
  host: isIpLiteral(endpoint.host) ? unmapped(endpoint.host) : undefined,
  isOurs: false,
  figures: undefined,
  figuresAt: undefined,
  notBefore: NEVER,
});

/** One address must have one spelling to be compared. */
export const unmappedHost = ({ host }: Endpoint): string => unmapped(host);

const isFrom = ({ host }: PeerRecord, remote: Endpoint): boolean =>
  host !== undefined && host === unmapped(remote.host);

const isSame = ({ id, host, endpoint: { port } }: PeerRecord, other: PeerRecord): boolean =>
  id === other.id && host === other.host && port === other.endpoint.port;

/** Push workers connect to the port above. */
const isPortOf = ({ port }: Endpoint, told: number): boolean => told === port || told === port + 1;

function named(all: readonly PeerRecord[], text: string): PeerRecord | undefined {
  const byId = all.find(({ id }) => id === nodeId(text));
  if (byId !== undefined) return byId;
  const told = parseEndpoint(text);
  if (!("problem" in told)) {
    const exact = all.find(({ endpoint }) => sameEndpoint(endpoint, told));
    return (
      exact ?? all.find(({ endpoint, host }) => (host ?? endpoint.host) === told.host && isPortOf(endpoint, told.port))
    );
  }
  const there = all.filter(({ endpoint, host }) => endpoint.host === text || host === text);
  return there.length === 1 ? there[0] : undefined;
}
