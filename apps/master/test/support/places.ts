import { freePort, ownLoopbackHost } from "@mutirao/process-tests";

/** Where a master can be started, and again after its end. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for workers and peers. */
  readonly address: string;
  /** `host:port` of its HTTP API. */
  readonly http: string;
  readonly flags: readonly string[];
}

export async function newPlace(): Promise<Place> {
  const host = ownLoopbackHost();
  const [port, http] = [await freePort(host), await freePort(host)];
  const flags = ["--host", host, "--port", `${port}`, "--http", `${host}:${http}`];
  return { host, port, address: `${host}:${port}`, http: `${host}:${http}`, flags };
}
