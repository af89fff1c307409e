import { instantMs } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import { type Admission, createAdmission } from "../src/admission.ts";

const limits = { connectionsMax: 8, connectionsPerSourceMax: 3, connectionsUnidentifiedMax: 100 };
const wide = { ...limits, connectionsPerSourceMax: 100 };

/** Connections by name; each was active at the moment that its name ends with. */
function admissionOf(changes: Partial<typeof limits> = {}): Admission<string> {
  const lastActiveAt = (item: string) => instantMs(Number(item.match(/\d+$/)?.[0] ?? 0));
  return createAdmission<string>({ limits: { ...limits, ...changes }, lastActiveAt });
}

function accept(admission: Admission<string>, item: string, source = "10.0.0.1"): void {
  expect(admission.mayAccept(source), `whether ${item} is accepted`).toBe(true);
  admission.add(item, source);
}

function dial(admission: Admission<string>, item: string): void {
  expect(admission.mayDial(), `whether ${item} is dialled`).toBe(true);
  admission.add(item, undefined);
}

describe("admission", () => {
  it("counts each source by itself, and forgets one that has left", () => {
    const admission = admissionOf();
    for (const item of ["a", "b", "c"]) accept(admission, item);
    expect(admission.mayAccept("10.0.0.1")).toBe(false);
    accept(admission, "d", "10.0.0.2");
    expect(admission.mayDial()).toBe(true);
    for (const item of ["a", "b", "c"]) admission.release(item, "10.0.0.1");
    accept(admission, "e");
  });

  it("keeps a share for dials: identified connections fill the rest, then the newest is refused", () => {
    const admission = admissionOf(wide);
    for (const item of ["a", "b", "c", "d"]) {
      accept(admission, item);
      admission.identify(item);
      expect(admission.takeSurplus()).toBeUndefined();
    }
    expect(admission.mayAccept("10.0.0.9")).toBe(false);
    for (const item of ["w", "x", "y", "z"]) {
      dial(admission, item);
      expect(admission.takeSurplus()).toBeUndefined();
    }
    admission.release("a", "10.0.0.1");
    expect(admission.mayAccept("10.0.0.9")).toBe(true);
  });

  it("gives the oldest unidentified out for a new one, once there is no place for both", () => {
    const admission = admissionOf(wide);
    for (const item of ["a", "b", "c", "d"]) accept(admission, item);
    admission.identify("a");
    expect(admission.takeSurplus()).toBeUndefined();
    accept(admission, "e");
    expect(admission.takeSurplus()).toBe("b");
    expect(admission.takeSurplus()).toBeUndefined();
    // Its end is told later, and it must not be counted off twice.
    admission.release("b", "10.0.0.1");
    accept(admission, "f");
    expect(admission.takeSurplus()).toBe("c");
  });

  it("gives the same out if there are more of them than may be", () => {
    const admission = admissionOf({ ...wide, connectionsMax: 100, connectionsUnidentifiedMax: 2 });
    for (const item of ["a", "b"]) accept(admission, item);
    admission.identify("a");
    dial(admission, "dialled");
    accept(admission, "c");
    expect(admission.takeSurplus()).toBeUndefined();
    accept(admission, "d");
    expect(admission.takeSurplus()).toBe("b");
    expect(admission.takeSurplus()).toBeUndefined();
  });

  it("makes room for every dial but one beyond what may be dialled: the unidentified go first, then the silent", () => {
    const admission = admissionOf(wide);
    for (const item of ["talked at 30", "talked at 10", "talked at 20"]) {
      accept(admission, item);
      admission.identify(item);
    }
    accept(admission, "unidentified 40");
    const left = Array.from({ length: 8 }, (_, index) => {
      dial(admission, `dialled ${index}`);
      return admission.takeSurplus();
    });
    const inTurn = ["unidentified 40", "talked at 10", "talked at 20", "talked at 30"];
    expect(left).toEqual([...Array(4).fill(undefined), ...inTurn]);
    expect(admission.mayDial()).toBe(false);
    expect(admission.mayAccept("10.0.0.9")).toBe(false);
    admission.release("dialled 0", undefined);
    expect(admission.mayDial()).toBe(true);
    expect(admission.mayAccept("10.0.0.9")).toBe(true);
  });
});
