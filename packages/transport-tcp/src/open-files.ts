import type { TransportLimits } from "@mutirao/transport";

/** Files that the process needs for everything else: its store, its logs, look-ups, the accept reserve. */
const OTHER_FILES = 64;

/**
 * How many connections there can really be: the limit asked for, or what the limit of open files leaves room for.
 *
 * @param openFilesMax the process's own limit, where the platform has one.
 */
export function effectiveConnectionsMax(
  limits: Pick<TransportLimits, "connectionsMax">,
  openFilesMax: number | undefined = openFilesLimit(),
): number {
  if (openFilesMax === undefined) return limits.connectionsMax;
  return Math.max(1, Math.min(limits.connectionsMax, openFilesMax - OTHER_FILES));
}

/** The diagnostic report is the only place where Node tells the limit; Windows has none. It takes some milliseconds. */
function openFilesLimit(): number | undefined {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  const { excludeNetwork = false } = report;
  // With the network included, the report looks up a name for the address of each open socket, and waits for it.
  report.excludeNetwork = true;
  const { userLimits } = report.getReport() as { readonly userLimits?: { readonly open_files?: { soft: unknown } } };
  report.excludeNetwork = excludeNetwork;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : undefined;
}
