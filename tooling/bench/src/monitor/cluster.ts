import { once } from "node:events";
import { connect } from "node:net";
import { epochMs, nodeId } from "@mutirao/primitives";
import { encodeMessage, type FarmFigures, type PerformanceReport, type SystemFigures } from "@mutirao/protocol";

/** Masters that report as real ones do: one line on a connection of its own, again and again. */
export interface Cluster extends Disposable {
  /** Reports that were taken over by the system, since the last time. */
  takeSent(): number;
}

export interface ClusterSize {
  readonly masters: number;
  readonly workersEach: number;
  readonly intervalMs: number;
}

const PEERS_EACH = 5;

const system: SystemFigures = {
  ...{ uptimeS: 3_600, loadAverage1m: 0.5, loadAverage5m: 0.25, cpuPercent: 12.5, cpusLogical: 8, cpusPhysical: 4 },
  ...{ memoryTotalMb: 16_000, memoryAvailableMb: 8_000, memoryPercent: 50, memoryUsedMb: 8_000 },
  ...{ diskTotalGb: 500, diskFreeGb: 125, diskPercent: 75 },
};

/** The reports of all masters are spread evenly over the interval. */
export function startCluster(port: number, size: ClusterSize): Cluster {
  let ordinal = 0;
  let sent = 0;
  const send = async (): Promise<void> => {
    const line = encodeMessage(reportOf(ordinal++, size));
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => {});
    socket.end(line);
    await once(socket, "close").catch(() => {});
    sent++;
  };
  const timer = setInterval(() => void send(), size.intervalMs / size.masters);
  return {
    takeSent() {
      const taken = sent;
      sent = 0;
      return taken;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Something of each report is another than in the one before, as it is in life. */
function reportOf(ordinal: number, { masters, workersEach, intervalMs }: ClusterSize): PerformanceReport {
  const number = ordinal % masters;
  const round = Math.floor(ordinal / masters);
  const busy = (number + round) % (workersEach + 1);
  const farm: FarmFigures = {
    ...{ workersTotal: workersEach, workersUtilization: busy / workersEach, workersAlive: workersEach },
    ...{ workersIdle: workersEach - busy, workersBorrowed: 0, workersReceived: 0, workersFailed: 0 },
    ...{ tasksPending: (number * 7 + round * 3) % 20, tasksRunning: busy },
  };
  const peers = Array.from({ length: PEERS_EACH }, (_, index) => `master-${(number + index + 1) % masters}`);
  return {
    ...{ kind: "performance-report", from: nodeId(`master-${number}`), sentAt: epochMs(Date.now()) },
    ...{ messageId: `${ordinal}`, system, farm, maxTask: 10 },
    neighbours: peers.map((id) => ({ id: nodeId(id), isAvailable: true, lastHeartbeatAt: epochMs(Date.now()) })),
    extension: {
      ...{ state: farm.tasksPending === 0 ? "NORMAL" : "SATURATED", causes: [], since: undefined, http: undefined },
      figures: {
        intervalMs,
        backlogHigh: 10,
        backlogLow: 4,
        slots: workersEach,
        busySlots: busy,
        throughputPerS: busy,
      },
      peers: peers.map((id) => ({ id, at: "127.0.0.1:9101", status: "ALIVE", lastSeenAt: epochMs(Date.now()) })),
      workers: Array.from({ length: workersEach }, (_, index) => ({
        ...{ id: `worker-${index}`, status: "ALIVE", slots: 1, busy: index < busy ? 1 : 0, owner: undefined },
      })),
      ...{ loans: [], notices: [] },
    },
  };
}
