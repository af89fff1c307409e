import { EventEmitter } from "node:events";

/** What a terminal's stream is to those who write on it, and everything that was written. */
export interface Paper extends EventEmitter {
  readonly isTTY: boolean;
  readonly sent: string[];
  write(text: string): boolean;
}

export function createPaper(isTTY = true): Paper {
  const sent: string[] = [];
  const write = (text: string): boolean => {
    sent.push(text);
    return true;
  };
  return Object.assign(new EventEmitter(), { isTTY, sent, write });
}
