import { describe, expect, it } from "vitest";
import { dialFailure, errorCode } from "../src/dial-failure.ts";

const error = (code: string): Error => Object.assign(new Error("for the log only"), { code });

describe("dialFailure", () => {
  it.each([
    ["ECONNREFUSED", "ERR_DIAL_REFUSED"],
    ["EHOSTUNREACH", "ERR_DIAL_UNREACHABLE"],
    ["ENETUNREACH", "ERR_DIAL_UNREACHABLE"],
    ["ETIMEDOUT", "ERR_DIAL_TIMEOUT"],
    ["ECONNRESET", "ERR_CONN_RESET"],
    ["EMFILE", "ERR_DIAL_LOCAL"],
    ["ENFILE", "ERR_DIAL_LOCAL"],
    ["EADDRNOTAVAIL", "ERR_DIAL_LOCAL"],
    ["EADDRINUSE", "ERR_DIAL_LOCAL"],
    ["EACCES", "ERR_DIAL_LOCAL"],
    ["ERR_SOCKET_BAD_PORT", "ERR_DIAL_LOCAL"],
  ])("%s is %s", (code, reason) => {
    expect(dialFailure([error(code)])).toEqual({ code: reason, detail: code });
  });

  it("tells the most telling of several", () => {
    expect(dialFailure([error("ENETUNREACH"), error("ECONNREFUSED")])).toMatchObject({ code: "ERR_DIAL_REFUSED" });
    expect(dialFailure([error("EADDRNOTAVAIL"), error("EHOSTUNREACH")])).toMatchObject({
      code: "ERR_DIAL_UNREACHABLE",
    });
  });

  it("never repeats an error's text, which may hold anything", () => {
    expect(errorCode(new TypeError("secret"))).toBe("TypeError");
    expect(dialFailure([new Error("secret")])).toEqual({ code: "ERR_DIAL_LOCAL", detail: "Error" });
    expect(dialFailure([])).toEqual({ code: "ERR_DIAL_LOCAL" });
  });
});
