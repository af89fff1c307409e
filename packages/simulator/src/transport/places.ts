import { acceptedMax } from "@mutirao/transport";
import type { SimConn } from "./sim-conn.ts";
import { endConn, type TransportState } from "./transport-state.ts";

/** Whether one more may be accepted from this address; another may have to give way to it. */
export function mayAccept(
  { limits, perSource, dialled, accepted, unidentified }: TransportState,
  source: string,
): boolean {
  if ((perSource.get(source) ?? 0) >= limits.connectionsPerSourceMax) return false;
  if (unidentified.size > 0) return true;
  const { connectionsMax } = limits;
  return accepted.size < acceptedMax(connectionsMax) && dialled.size + accepted.size < connectionsMax;
}

/** The same for a dial. */
export const mayDial = ({ limits, dialled }: TransportState): boolean => dialled.size < limits.connectionsMax;

/** One has taken a place: whoever has to give way to it is ended. */
export function makeRoom(state: TransportState): void {
  const surplus = surplusOf(state);
  if (surplus !== undefined) endConn(state, surplus, { code: "ERR_CONN_LIMIT" });
}

function surplusOf({ limits, dialled, accepted, unidentified }: TransportState): SimConn | undefined {
  const { connectionsMax, connectionsUnidentifiedMax } = limits;
  const [oldest] = unidentified;
  if (dialled.size + accepted.size > connectionsMax) return oldest ?? longestSilent(accepted);
  const isTooMany = accepted.size > acceptedMax(connectionsMax) || unidentified.size > connectionsUnidentifiedMax;
  return isTooMany ? oldest : undefined;
}

function longestSilent(accepted: Iterable<SimConn>): SimConn | undefined {
  let found: SimConn | undefined;
  for (const conn of accepted) if (found === undefined || conn.lastByteAt < found.lastByteAt) found = conn;
  return found;
}
