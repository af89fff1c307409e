import { describe, expect, it } from "vitest";
import { createAdmission } from "../src/admission.ts";

const limits = { connectionsMax: 4, connectionsPerSourceMax: 2, connectionsUnidentifiedMax: 3 };

describe("admission", () => {
  it("counts accepted and dialled connections in all", () => {
    const admission = createAdmission<string>(limits);
    for (const [item, source] of [
      ["a", "10.0.0.1"],
      ["b", "10.0.0.2"],
      ["c", undefined],
    ] as const) {
      expect(admission.hasRoom(source)).toBe(true);
      admission.add(item, source);
    }
    expect(admission.hasRoom(undefined)).toBe(true);
    admission.add("d", undefined);
    expect(admission.hasRoom(undefined)).toBe(false);
    expect(admission.hasRoom("10.0.0.3")).toBe(false);
    admission.release("c", undefined);
    expect(admission.hasRoom("10.0.0.3")).toBe(true);
  });

  it("counts each source by itself, and forgets one that has left", () => {
    const admission = createAdmission<string>(limits);
    admission.add("a", "10.0.0.1");
    admission.add("b", "10.0.0.1");
    expect(admission.hasRoom("10.0.0.1")).toBe(false);
    expect(admission.hasRoom("10.0.0.2")).toBe(true);
    expect(admission.hasRoom(undefined)).toBe(true);
    admission.release("a", "10.0.0.1");
    admission.release("b", "10.0.0.1");
    admission.add("c", "10.0.0.1");
    expect(admission.hasRoom("10.0.0.1")).toBe(true);
  });

  it("gives the oldest unidentified out once, and only if there are too many", () => {
    const admission = createAdmission<string>({ ...limits, connectionsMax: 100, connectionsPerSourceMax: 100 });
    for (const item of ["a", "b", "c"]) admission.add(item, "10.0.0.1");
    expect(admission.takeSurplus()).toBeUndefined();
    admission.identify("a");
    admission.add("dialled", undefined);
    admission.add("d", "10.0.0.1");
    expect(admission.takeSurplus()).toBeUndefined();
    admission.add("e", "10.0.0.1");
    expect(admission.takeSurplus()).toBe("b");
    expect(admission.takeSurplus()).toBeUndefined();
    admission.release("c", "10.0.0.1");
    admission.add("f", "10.0.0.1");
    expect(admission.takeSurplus()).toBeUndefined();
  });
});
