import { isIP } from "node:net";
import type { Lookup } from "./lookup-queue.ts";

/**
 * The address that a host of this machine stands for: itself if it is an IP literal, the first one of its name if it is
 * not. Rejects with an error that carries the system's `code`, such as `ENOTFOUND`; a look-up that hangs is not ended.
 */
export function resolveHost(host: string, lookup: Lookup): Promise<string> {
  return new Promise((resolve, reject) => {
    if (isIP(host) !== 0) {
      resolve(host);
      return;
    }
    lookup(host, (error, [first]) => {
      if (error === null && first !== undefined) resolve(first.address);
      else reject(error ?? Object.assign(new Error(`${host} has no addresses`), { code: "ENOTFOUND" }));
    });
  });
}
