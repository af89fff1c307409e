import { describe, expect, it } from "vitest";
import { localAddressFor } from "../src/local-address.ts";

describe("localAddressFor", () => {
  it.each([
    ["127.0.0.2", "127.0.0.1", "127.0.0.2", "a loopback address of our own, on loopback"],
    ["10.0.0.5", "10.0.0.9", "10.0.0.5", "an address of our own"],
    ["10.0.0.5", "127.0.0.1", "10.0.0.5", "an address of our own, on loopback"],
    ["fd00::5", "fd00::9", "fd00::5", "an IPv6 address of our own"],
    ["127.0.0.2", "10.0.0.9", undefined, "a loopback address cannot reach another machine"],
    ["::1", "fd00::9", undefined, "nor can IPv6's"],
    ["10.0.0.5", "fd00::9", undefined, "another family"],
    ["fd00::5", "10.0.0.9", undefined, "another family, the other way round"],
    ["127.0.0.1", "127.0.0.3", undefined, "what the system takes anyway"],
    ["::1", "::1", undefined, "what the system takes anyway"],
    ["0.0.0.0", "10.0.0.9", undefined, "any address"],
    ["::", "fd00::9", undefined, "any IPv6 address"],
    ["localhost", "127.0.0.1", undefined, "a name"],
    [undefined, "127.0.0.1", undefined, "nothing"],
  ])("%s to %s: %s (%s)", (localHost, target, expected, _why) => {
    expect(localAddressFor(localHost, target)).toBe(expected);
  });
});
