import { networkInterfaces } from "node:os";
import { type Bench, conformanceCase } from "@mutirao/transport/conformance";
import { it } from "vitest";
import { createTcpHarness, type TcpHarness, type TcpHarnessOptions } from "./tcp-harness.ts";

/** A case of TCP alone, on the bench of the conformance suite, with the sockets of its harness at hand. */
export function tcpCase(
  name: string,
  body: (bench: Bench, harness: TcpHarness) => Promise<void>,
  options: TcpHarnessOptions = {},
): void {
  it(name, { timeout: 30_000 }, async () => {
    const harness = createTcpHarness(options);
    await conformanceCase(name, (bench) => body(bench, harness)).run(harness);
  });
}

/** The same, where the platform has what it needs; otherwise it is skipped, and the name says why. */
export function tcpCaseIf(
  isPossible: boolean,
  needs: string,
  name: string,
  body: (bench: Bench, harness: TcpHarness) => Promise<void>,
  options: TcpHarnessOptions = {},
): void {
  if (isPossible) tcpCase(name, body, options);
  else it.skip(`${name} (needs ${needs})`, () => {});
}

export const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
