import { describe, expect, test } from "vitest";
import { guardRequest } from "../src/index.ts";

const loopback = { host: "127.0.0.1", port: 10_101 };
const codeOf = (request: { method?: string; host?: string; origin?: string }, bound = loopback) => {
  const { method = "GET", ...headers } = request;
  return guardRequest({ method, headers }, bound)?.code;
};

describe("on a loopback address", () => {
  test.for([
    "localhost",
    "localhost:10101",
    "LOCALHOST:1",
    "127.0.0.1:10101",
    "127.0.0.1",
    "127.4.5.6:9",
    "[::1]:10101",
    "[::1]",
  ])("Host %s is ours", (host) => {
    expect(codeOf({ host })).toBeUndefined();
  });

  test.for([
    "evil.example",
    "evil.example:10101",
    "127.0.0.1.evil.example",
    "x.localhost",
    "10.0.0.1",
    "[::2]:1",
    "",
    ":80",
    "localhost.",
    "[localhost]x",
  ])("Host %s is not", (host) => {
    expect(codeOf({ host })).toBe("ERR_HOST_FOREIGN");
  });
});

test("on the network a server may have any name", () => {
  expect(codeOf({ host: "farm.example:10101" }, { host: "0.0.0.0", port: 10_101 })).toBeUndefined();
  expect(codeOf({ host: "farm.example:10101" }, { host: "192.168.0.5", port: 10_101 })).toBeUndefined();
});

test("a page from elsewhere may change nothing", () => {
  const host = "localhost:10101";
  for (const method of ["POST", "DELETE"]) {
    for (const origin of ["http://evil.example", "null", "http://localhost:8080", "https://localhost:10101"]) {
      expect(codeOf({ method, host, origin })).toBe("ERR_ORIGIN_FOREIGN");
    }
    expect(codeOf({ method, host, origin: `http://${host}` })).toBeUndefined();
    expect(codeOf({ method, host })).toBeUndefined();
  }
  expect(codeOf({ method: "GET", host, origin: "http://evil.example" })).toBeUndefined();
});
