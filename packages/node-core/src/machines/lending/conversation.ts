import { encodeMessage, type Message, type SendableMessage, utf8ByteLength } from "@mutirao/protocol";
import type { LineExchanged } from "../../lending-notices.ts";
import type { MasterOutbox } from "../outbox.ts";
import type { PeerRecord } from "./peer-table.ts";

/** Tells each line of the conversation about loans as it went over the wire, for whoever wants to look on. */
export interface Conversation {
  /** This is the line under way: what is told as received until the next. `undefined`: it is not known. */
  hears(line: string | undefined): void;
  /** The line under way is part of the conversation. @param from what the one who said it is called. */
  received(from: string, message: Message): void;
  /** This is said now. @param why what it follows from, where the line does not say it. */
  sent(to: string, message: SendableMessage, why?: string): void;
}

/** What is shown of a line, in UTF-16 units. Ours rarely reach it; what strangers send may be longer. */
const SHOWN_LINE_MAX = 2_048;
/** Of a long list of workers the beginning says enough. */
const SHOWN_WORKERS_MAX = 16;

export function createConversation({ notify }: MasterOutbox): Conversation {
  let underWay: string | undefined;
  const tell = (
    direction: LineExchanged["exchange"]["direction"],
    peer: string,
    message: Message | SendableMessage,
    line: string | undefined,
    why: string | undefined,
  ): void => {
    const said = contentOf(message);
    if (said === undefined) return;
    // What names no workers is said to one, or by one.
    const { workers = [peer], word, count = workers.length } = said;
    notify({
      kind: "line-exchanged",
      exchange: {
        direction,
        peer,
        why,
        word,
        count,
        workers: workers.slice(0, SHOWN_WORKERS_MAX),
        ...(line === undefined ? {} : shown(line)),
      },
    });
  };
  return {
    hears(line) {
      underWay = line;
    },
    received: (from, message) => tell("received", from, message, underWay, whyIn(message)),
    sent(to, message, why) {
      // The host writes the same: a message has one spelling.
      if (contentOf(message) !== undefined) {
        tell("sent", to, message, encodeMessage(message).slice(0, -1), why ?? whyIn(message));
      }
    },
  };
}

/** How a peer is called by those who look on: by its id, as soon as that is known. */
export const nameOf = ({ id, address }: PeerRecord): string => id ?? address;

const shown = (line: string) => ({
  // A line is a slice of its chunk's text, and would keep all of that alive; joining and cutting makes a copy.
  line: ` ${line.slice(0, SHOWN_LINE_MAX)}`.slice(1),
  bytes: utf8ByteLength(line),
  isCut: line.length > SHOWN_LINE_MAX,
});

interface Content {
  readonly word: string;
  readonly workers?: readonly string[];
  /** Where it is not that of the workers. */
  readonly count?: number | undefined;
}

/** A message that is no part of the conversation has none. */
function contentOf(message: Message | SendableMessage): Content | undefined {
  switch (message.kind) {
    case "worker-request":
      return {
        word: message.dialect === "class" ? "WORKER_REQUEST" : "WORKERS_NEEDED",
        count: message.needed,
        workers: [],
      };
    case "offer":
      return { word: message.dialect === "class" ? "AVAILABLE" : "WORKER_RESPONSE ACK", workers: message.workers };
    case "worker-refusal":
      return { word: message.dialect === "class" ? "UNAVAILABLE" : "WORKER_RESPONSE NACK", workers: [] };
    case "redirect":
      return { word: "REDIRECT" };
    case "return":
      return { word: "RETURN" };
    case "worker-alive":
      return { word: "ALIVE" };
    case "command-release":
      return { word: "COMMAND_RELEASE", workers: message.workers, count: message.terms?.count };
    case "release-ack":
      return { word: "RELEASE_ACK", workers: message.workers };
    case "release-completed":
      return { word: "RELEASE_COMPLETED", workers: message.workers };
    default:
      return undefined;
  }
}

/** What the line itself says of why. */
function whyIn(message: Message | SendableMessage): string | undefined {
  return message.kind === "worker-refusal" ? message.terms?.code : undefined;
}
