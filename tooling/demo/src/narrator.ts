import { styleText } from "node:util";

/** Tells the story in a terminal, or wherever its lines go. */
export interface Narrator {
  /** What happens, with the time since the beginning. */
  say(text: string): void;
  /** A new part of the story begins. */
  begin(title: string): void;
  /** How far it is; on a terminal a bar below the last line, elsewhere nothing. */
  progress(done: number, of: number, what: string): void;
  /** The bar goes. */
  endProgress(): void;
  /** Text as it is. */
  print(text: string): void;
}

export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 32;
const CLEAR_LINE = "\r\u001b[2K";

export function createNarrator(screen: Screen): Narrator {
  const beganAt = performance.now();
  const isTerminal = screen.isTTY === true;
  let bar = "";
  const print = (text: string): void => void screen.write(bar === "" ? text : `${CLEAR_LINE}${text}${bar}`);
  return {
    say(text) {
      const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1).padStart(5);
      print(`${styleText("dim", `${seconds} s`)}  ${text}\n`);
    },
    begin: (title) => print(`\n${styleText(["bold", "cyan"], title)}\n`),
    progress(done, of, what) {
      if (!isTerminal) return;
      const full = Math.round((BAR_WIDTH * done) / of);
      const cells = styleText("green", "█".repeat(full)) + styleText("dim", "░".repeat(BAR_WIDTH - full));
      bar = `         ${cells} ${String(done).padStart(String(of).length)}/${of} ${what}`;
      screen.write(`${CLEAR_LINE}${bar}`);
    },
    endProgress() {
      if (bar !== "") screen.write(CLEAR_LINE);
      bar = "";
    },
    print,
  };
}

export const good = (text: string): string => styleText("green", text);
export const bad = (text: string): string => styleText("red", text);
/** Of a master or a worker. */
export const name = (text: string): string => styleText("bold", text);
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
