import { readFileSync } from "node:fs";

// Loaded before a process of ours, and in its threads: the wall clock is ahead by as many milliseconds as a file says,
// which may change at any time. The file is named by the query of this module's address.
const file = new URL(import.meta.url).searchParams.get("ahead") ?? "";
const RealDate = Date;
const now = (): number => RealDate.now() + Number(readFileSync(file, "utf8"));

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
});
