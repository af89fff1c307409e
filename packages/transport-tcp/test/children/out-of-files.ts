import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { createInterface } from "node:readline";
import { dialledConnId, parseEndpoint } from "@mutirao/primitives";
import { createTalkative, listenOnLoopback, say } from "./child.ts";

// Told what to do by lines on stdin: "exhaust" takes every file descriptor there is, "release" gives them back,
// "dial <endpoint>" dials.
const held: number[] = [];
let dials = 0;

function exhaust(): void {
  try {
    for (;;) held.push(openSync(devNull, "r"));
  } catch (error) {
    say(`exhausted ${(error as NodeJS.ErrnoException).code}`);
  }
}

function obey(command: string): void {
  const [verb, argument = ""] = command.split(" ");
  if (verb === "exhaust") exhaust();
  if (verb === "release") {
    for (const file of held.splice(0)) closeSync(file);
    say("released");
  }
  if (verb === "dial") {
    const endpoint = parseEndpoint(argument);
    if (!("problem" in endpoint)) transport.dial(dialledConnId(dials++), endpoint);
  }
}

const transport = createTalkative();
await listenOnLoopback(transport);
createInterface({ input: process.stdin })
  .on("line", obey)
  .on("close", () => void transport.stop());
