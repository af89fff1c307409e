/** One event of a stream of server-sent events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Reads a stream in any chunking. */
export interface EventParser {
  /** Gives the events that are complete, or `undefined` if a line is longer than it may be. */
  push(text: string): readonly StreamEvent[] | undefined;
}

/** A line, or the data of an event: a notice of a master is far below it. */
const LINE_MAX = 64 * 1_024;

export function createEventParser(): EventParser {
  let rest = "";
  let event = "";
  let data = "";
  return {
    push(text) {
      const lines = `${rest}${text}`.split(/\r\n|\n|\r/);
      rest = lines.pop() ?? "";
      const events: StreamEvent[] = [];
      if (rest.length > LINE_MAX) return undefined;
      for (const line of lines) {
        if (line.length + data.length > LINE_MAX) return undefined;
        if (line === "") {
          if (data !== "") events.push({ event, data });
          event = "";
          data = "";
        } else if (line.startsWith("event:")) event = line.slice(6).trim();
        else if (line.startsWith("data:")) data += line.slice(5).trim();
      }
      return events;
    },
  };
}
