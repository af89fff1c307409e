import { choiceOption, heartbeatOptions, masterOptions, switchOption } from "@mutirao/node-core";
import { expect, test } from "vitest";
import { readCommandLine } from "../src/command-line.ts";

const description = {
  name: "tool",
  description: "A tool.",
  version: "1.2.3",
  table: {
    size: choiceOption(["small", "large"], "small", { flag: "--size <size>", group: "Node", consequence: "How big." }),
    peers: heartbeatOptions.peers,
    noLendTo: masterOptions.noLendTo,
    json: switchOption({ flag: "--json", group: "Output", consequence: "For programs." }),
  },
  examples: ["tool --size large"],
  ending: "Ends at once.",
} as const;

const read = (...argv: string[]) => readCommandLine(argv, description);

test("values are read as texts, repeated ones as lists, switches as true", () => {
  const typed = { size: "large", peers: ["a:1", "b:2"], json: true };
  expect(read("--size", "large", "--peer", "a:1", "--json", "--peer=b:2")).toEqual({ kind: "run", typed });
  expect(read("--", "--size", "large")).toEqual({ kind: "run", typed: { size: "large" } });
});

test("a flag that begins with no and takes a value is absent until it is named", () => {
  const withNo = { ...description, table: { noLendTo: masterOptions.noLendTo } };
  expect(readCommandLine([], withNo)).toEqual({ kind: "run", typed: {} });
  const typed = { noLendTo: ["m2", "m3"] };
  expect(readCommandLine(["--no-lend-to", "m2", "--no-lend-to", "m3"], withNo)).toEqual({ kind: "run", typed });
});

test.each(["-h", "--help"])("%s prints the help", (flag) => {
  const help = read(flag);
  expect(help).toEqual({ kind: "print", text: expect.stringMatching(/^Usage: tool .*--size <size> .*Ends at once/s) });
});

test.each([
  [["help"], "ERR_OPTION_UNKNOWN", '"help" belongs to no flag: see --help for what there is'],
  [["--json", "9101", "9102"], "ERR_OPTION_UNKNOWN", '"9101 9102" belongs to no flag: see --help for what there is'],
  [
    ["--sise", "large"],
    "ERR_OPTION_UNKNOWN",
    "unknown option '--sise' (Did you mean --size?): leave it out, or see --help for all flags",
  ],
  [["--size"], "ERR_OPTION_INVALID", "--size needs a value: see --help for what it takes"],
  [["--size", "small", "--size", "large"], "ERR_OPTION_INVALID", "--size is given twice: give it once"],
])("%j is wrong, in one line", (argv, code, message) => {
  expect(read(...argv)).toEqual({ kind: "wrong", code, message });
});
