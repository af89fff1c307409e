import type { EventEmitter } from "node:events";

/** A terminal that is drawn on as a whole, and gets back what it showed before. */
export interface Screen {
  /** Shows these lines from the top; only those that differ from what is there are written. */
  draw(lines: readonly string[]): void;
  close(): void;
}

const ESCAPE = "\x1b[";
const ENTER = `${ESCAPE}?1049h${ESCAPE}?25l`;
const LEAVE = `${ESCAPE}?25h${ESCAPE}?1049l`;
const CLEAR = `${ESCAPE}2J`;
const CLEAR_LINE = `${ESCAPE}K`;
const goTo = (row: number): string => `${ESCAPE}${row};1H`;

/** As much of a terminal's stream as a screen needs. */
type ScreenStream = Pick<EventEmitter, "on" | "off"> & { write(text: string): unknown };

export function createScreen(stream: ScreenStream): Screen {
  let shown: readonly string[] = [];
  let isOpen = true;
  const forget = (): void => {
    shown = [];
    stream.write(CLEAR);
  };
  const leave = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stream.off("resize", forget);
    stream.write(LEAVE);
  };
  stream.write(ENTER + CLEAR);
  // After a change of size nothing is where it was.
  stream.on("resize", forget);
  // However the process ends, the person at the terminal wants it back.
  process.once("exit", leave);
  return {
    draw(lines) {
      if (!isOpen) return;
      let text = "";
      const rows = Math.max(lines.length, shown.length);
      for (let row = 0; row < rows; row++) {
        const line = lines[row] ?? "";
        if (line !== (shown[row] ?? "")) text += goTo(row + 1) + line + CLEAR_LINE;
      }
      if (text !== "") stream.write(text);
      shown = lines;
    },
    close() {
      process.off("exit", leave);
      leave();
    },
  };
}
