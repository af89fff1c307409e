import { expect, test } from "vitest";
import { createClaims, createClaimsMemory } from "../src/child/claims.ts";

test("whoever claims a run first has it, and nobody has it twice", () => {
  const memory = createClaimsMemory(64);
  const [loop, witness] = [createClaims(memory), createClaims(memory)];
  for (let serial = 1; serial <= 1_000; serial++) {
    const [first, second] = serial % 3 === 0 ? [loop, witness] : [witness, loop];
    expect(first.claim(serial)).toBe(true);
    expect(second.claim(serial)).toBe(false);
    expect(first.claim(serial)).toBe(false);
  }
});

test("a late question about a run that began long ago takes nothing", () => {
  const memory = createClaimsMemory(64);
  const [loop, witness] = [createClaims(memory), createClaims(memory)];
  for (let serial = 1; serial <= 200; serial++) loop.claim(serial);
  for (let serial = 1; serial <= 200; serial++) expect(witness.claim(serial)).toBe(false);
  expect(loop.claim(201)).toBe(true);
});
