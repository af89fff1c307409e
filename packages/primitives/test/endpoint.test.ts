import { describe, expect, test } from "vitest";
import { formatEndpoint, isIpv6, isLoopback, parseEndpoint, parsePort, unmapped } from "../src/index.ts";

describe("parseEndpoint", () => {
  test.each([
    ["127.0.0.1:9101", { host: "127.0.0.1", port: 9101 }],
    ["[::1]:9101", { host: "::1", port: 9101 }],
    ["[fe80::1:2]:1", { host: "fe80::1:2", port: 1 }],
    ["[::ffff:10.0.0.1]:65535", { host: "::ffff:10.0.0.1", port: 65_535 }],
    ["localhost:9101", { host: "localhost", port: 9101 }],
    ["Node-B.example.org:9101", { host: "node-b.example.org", port: 9101 }],
    ["3com.example:80", { host: "3com.example", port: 80 }],
  ])("reads %s", (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  test.each([
    ["no port", "127.0.0.1"],
    ["an IPv6 address without brackets", "::1:9101"],
    ["an empty host", ":9101"],
    ["port 0", "127.0.0.1:0"],
    ["a port above 65535", "127.0.0.1:70000"],
    ["a hexadecimal port", "127.0.0.1:0x50"],
    ["a signed port", "127.0.0.1:+80"],
    ["a port with a leading zero", "127.0.0.1:080"],
    ["two parts, which resolvers read as loopback", "127.1:80"],
    ["one number, which resolvers read as loopback", "2130706433:80"],
    ["hexadecimal parts", "0x7f.0.0.1:80"],
    ["one hexadecimal number", "0x7f000001:80"],
    ["octal parts, which resolvers read as another address", "010.0.0.1:80"],
    ["a part above 255", "256.0.0.1:80"],
    ["five parts", "1.2.3.4.5:80"],
    ["a zone id", "[fe80::1%eth0]:80"],
    ["a name in brackets", "[localhost]:80"],
    ["a NUL", "local\0host:80"],
    ["a space", "local host:80"],
    ["an underscore", "node_b:80"],
    ["a label that begins with a hyphen", "-a.example:80"],
    ["an empty label", "a..example:80"],
    ["a label of 64 characters", `${"a".repeat(64)}.example:80`],
    ["a name of 300 characters", `${"a.".repeat(150)}b:80`],
  ])("refuses %s", (_, text) => {
    expect(parseEndpoint(text)).toHaveProperty("problem", expect.any(String));
  });

  test("gives back what formatEndpoint wrote", () => {
    for (const endpoint of [
      { host: "::1", port: 1 },
      { host: "10.0.0.1", port: 65_535 },
    ]) {
      expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
    }
  });
});

test.each(["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4"])(
  "%s is IPv6",
  (text) => {
    expect(isIpv6(text)).toBe(true);
  },
);

test.each([
  "",
  ":",
  ":::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  "12345::",
  "g::1",
  "::1.2.3",
  "1:2:3:4:5:6:7::8",
])("%s is not IPv6", (text) => {
  expect(isIpv6(text)).toBe(false);
});

test.each(["127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost", "::ffff:127.0.0.1"])(
  "%s is loopback",
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each(["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "example.org", "::ffff:10.0.0.1"])(
  "%s is not loopback",
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

test("an address that is mapped into IPv6 has one spelling", () => {
  expect(unmapped("::ffff:10.0.0.1")).toBe("10.0.0.1");
  expect(unmapped("::1")).toBe("::1");
});

test.each([
  ["0", 0],
  ["65535", 65_535],
  ["65536", undefined],
  ["", undefined],
  ["1e3", undefined],
  [" 1", undefined],
])("the port %j is %j", (text, port) => {
  expect(parsePort(text)).toBe(port);
});
