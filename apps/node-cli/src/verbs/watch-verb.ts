import { setTimeout as delay } from "node:timers/promises";
import { createEnding } from "@mutirao/command";
import { secondsOption } from "@mutirao/node-core";
import { printable } from "@mutirao/protocol";
import type { Reply } from "./api-client.ts";
import { createMasterClient } from "./master-client.ts";
import { aside, out, outJson, terminalSize } from "./output.ts";
import { createScreen } from "./screen.ts";
import { defineVerb, type Failure } from "./verb.ts";
import { httpOption, jsonOption } from "./verb-options.ts";
import { drawFrame, type FrameContent } from "./watch-frame.ts";
import { type Snapshot, takeSnapshot } from "./watch-snapshot.ts";

const interval = secondsOption(
  { minS: 0.1, maxS: 3_600, defaultS: 1 },
  { flag: "--interval <s>", group: "Output", consequence: "Time between two looks." },
);

/** A master, live. */
export const watchVerb = defineVerb({
  name: "watch",
  operands: "",
  summary:
    "Shows a master live: its load, its workers, what they run, its peers. On a terminal until q is pressed, elsewhere " +
    "one block of text after the other.",
  table: {
    http: httpOption,
    interval,
    json: {
      ...jsonOption,
      meta: { ...jsonOption.meta, consequence: "Prints one JSON object per look, each on a line." },
    },
  },
  examples: [
    "node-cli watch",
    "node-cli watch --interval 0.2 --http 127.0.0.1:10102",
    "node-cli watch --json | jq .load.state",
  ],
  async run({ http, interval: everyMs, json }) {
    const client = createMasterClient(http);
    const [index, first] = await Promise.all([client.index(), takeSnapshot(client)]);
    if ("failure" in index) return index.failure;
    if ("failure" in first) return first.failure;
    const title = `master ${printable(index.value.id)} at ${http}`;
    const view = json ? createJsonView() : process.stdout.isTTY ? createScreenView(title) : createTextView(title);
    const ending = createEnding();
    const leaving = new AbortController();
    void ending.asked.then(() => leaving.abort());
    const stopKeys = listenForKeys(ending.end);
    try {
      view.show(first);
      while (!leaving.signal.aborted) {
        await delay(everyMs, undefined, { signal: leaving.signal }).catch(() => {});
        if (!leaving.signal.aborted) view.show(await takeSnapshot(client));
      }
    } finally {
      view.close();
      stopKeys();
      ending.dispose();
    }
    return undefined;
  },
});

interface View {
  show(look: Reply<Snapshot>): void;
  close(): void;
}

/** Looks at the backlog that are remembered for their little bars. */
const LOOKS_MAX = 40;

function createScreenView(title: string): View {
  const screen = createScreen(process.stdout);
  let content: FrameContent | undefined;
  const draw = (): void => {
    if (content !== undefined) screen.draw(drawFrame(content, terminalSize()));
  };
  process.stdout.on("resize", draw);
  return {
    show(look) {
      content = nextContent(title, content, look);
      draw();
    },
    close() {
      process.stdout.off("resize", draw);
      screen.close();
    },
  };
}

/** A look that failed leaves what was seen before, and says why it is old. */
function nextContent(title: string, before: FrameContent | undefined, look: Reply<Snapshot>): FrameContent | undefined {
  if ("failure" in look) return before && { ...before, trouble: troubleText(look.failure) };
  const backlogs = [...(before?.backlogs ?? []), look.value.load.backlog].slice(-LOOKS_MAX);
  return { title, snapshot: look.value, backlogs, trouble: undefined };
}

const troubleText = ({ message, code }: Failure): string => `${message} [${code}]`;

/** As tall as need be: whoever reads it later can scroll. */
const UNBOUNDED = { columns: 200, rows: Number.POSITIVE_INFINITY } as const;

function createTextView(title: string): View {
  let content: FrameContent | undefined;
  return {
    show(look) {
      content = nextContent(title, content, look);
      if ("failure" in look) aside(`${troubleText(look.failure)}\n`);
      else if (content !== undefined) out(`${look.value.at} ${drawFrame(content, UNBOUNDED).join("\n")}\n\n`);
    },
    close: () => {},
  };
}

function createJsonView(): View {
  return {
    show(look) {
      if ("failure" in look) aside(`${troubleText(look.failure)}\n`);
      else outJson(look.value);
    },
    close: () => {},
  };
}

/** `q`, and Ctrl-C, of which the terminal makes no signal in raw mode. */
const endingKeys = ["q", "Q", "\u0003"] as const;

function listenForKeys(end: () => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY || !process.stdout.isTTY) return () => {};
  const onData = (keys: Buffer): void => {
    if (endingKeys.some((key) => keys.includes(key))) end();
  };
  stdin.setRawMode(true).on("data", onData);
  return () => {
    stdin.off("data", onData).setRawMode(false).pause();
  };
}
