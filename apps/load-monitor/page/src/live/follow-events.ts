import type { MonitorDelta, MonitorSnapshot } from "@mutirao/operator-api/monitor";

export interface EventHandlers {
  readonly onSnapshot: (snapshot: MonitorSnapshot) => void;
  readonly onDelta: (delta: MonitorDelta) => void;
  readonly onLink: (isConnected: boolean) => void;
}

const RETRY_MS = 3_000;

/** Reads the monitor's events for as long as the page is open. */
export function followEvents({ onSnapshot, onDelta, onLink }: EventHandlers): void {
  const source = new EventSource("/events");
  source.addEventListener("snapshot", ({ data }) => {
    onLink(true);
    onSnapshot(JSON.parse(data));
  });
  source.addEventListener("delta", ({ data }) => onDelta(JSON.parse(data)));
  source.addEventListener("error", () => {
    onLink(false);
    // The browser tries again by itself, unless it was refused.
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    setTimeout(() => followEvents({ onSnapshot, onDelta, onLink }), RETRY_MS);
  });
}
