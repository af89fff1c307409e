import { describe, expect, test } from "vitest";
import { wrongTarget } from "../src/policies/redirect-target.ts";

const REMOTE_HOME = { host: "10.0.0.5", port: 9_101 };
const LOCAL_HOME = { host: "127.0.0.1", port: 9_101 };

const from = (home: typeof REMOTE_HOME, host: string, port = 9_101): string | undefined =>
  wrongTarget({ host, port }, home);

describe("where a worker may be sent", () => {
  test.each([
    "10.0.0.7",
    "192.168.1.20",
    "172.16.0.1",
    "8.8.8.8",
    "1.0.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.1.1",
    "169.255.1.1",
    "223.255.255.255",
    "2001:db8::7",
    "fd00::7",
    "fec0::1",
    "::ffff:10.0.0.7",
    "::ffff:a00:7",
    "64:ff9b::a00:7",
    "master-2",
    "master-2.example.org",
  ])("to %s", (host) => {
    expect(from(REMOTE_HOME, host)).toBeUndefined();
    expect(from(LOCAL_HOME, host)).toBeUndefined();
  });

  test.each([
    ["0.0.0.0", "no address of a machine"],
    ["0.1.2.3", "no address of a machine"],
    ["::", "no address of a machine"],
    ["::ffff:0.0.0.0", "no address of a machine"],
    ["169.254.169.254", "good on one link only"],
    ["169.254.0.1", "good on one link only"],
    ["::ffff:169.254.169.254", "good on one link only"],
    ["::ffff:a9fe:a9fe", "good on one link only"],
    ["0:0:0:0:0:ffff:a9fe:a9fe", "good on one link only"],
    ["::a9fe:a9fe", "good on one link only"],
    ["64:ff9b::169.254.169.254", "good on one link only"],
    ["fe80::1", "good on one link only"],
    ["FEBF::1", "good on one link only"],
    ["fd00:ec2::254", "good on one link only"],
    ["224.0.0.1", "that of many machines"],
    ["239.255.255.255", "that of many machines"],
    ["240.0.0.1", "that of many machines"],
    ["255.255.255.255", "that of many machines"],
    ["ff02::1", "that of many machines"],
    ["::ffff:224.0.0.1", "that of many machines"],
    ["", "neither an IP address nor a host name"],
    ["127.1", "neither an IP address nor a host name"],
    ["0x7f.0.0.1", "neither an IP address nor a host name"],
    ["2130706433", "neither an IP address nor a host name"],
    ["010.0.0.1", "neither an IP address nor a host name"],
    ["[::1]", "neither an IP address nor a host name"],
    ["fe80::1%eth0", "neither an IP address nor a host name"],
    ["a b", "neither an IP address nor a host name"],
    ["-x.example", "neither an IP address nor a host name"],
    ["10.0.0.7/24", "neither an IP address nor a host name"],
  ])("never to %s: it is %s", (host, wrong) => {
    expect(from(REMOTE_HOME, host)).toBe(wrong);
    expect(from(LOCAL_HOME, host)).toBe(wrong);
  });

  test.each([
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "localhost",
    "LOCALHOST",
    "a.localhost",
  ])("to %s only if the home is on this machine as well", (host) => {
    expect(from(REMOTE_HOME, host, 9_102)).toBe("on the worker's own machine");
    expect(from(LOCAL_HOME, host, 9_102)).toBeUndefined();
  });

  test("not to its home, which is no borrower", () => {
    expect(from(REMOTE_HOME, "10.0.0.5")).toBe("the worker's home");
    expect(from(REMOTE_HOME, "10.0.0.5", 9_102)).toBeUndefined();
  });

  test.each([
    ["10.0.0.5", "::ffff:10.0.0.5"],
    ["10.0.0.5", "::FFFF:a00:5"],
    ["::ffff:10.0.0.5", "10.0.0.5"],
    ["2001:db8::7", "2001:DB8:0:0:0:0:0:7"],
    ["home.example", "HOME.example"],
  ])("%s is no borrower in another spelling, such as %s", (home, host) => {
    expect(wrongTarget({ host, port: 9_101 }, { host: home, port: 9_101 })).toBe("the worker's home");
  });

  test("another address of this machine is another place", () => {
    expect(from(LOCAL_HOME, "::1")).toBeUndefined();
  });

  test.each([0, -1, 65_536, 1.5, Number.NaN])("not to port %s", (port) => {
    expect(from(REMOTE_HOME, "10.0.0.7", port)).toBe("without a port");
  });
});
