import type { JsonText } from "@mutirao/primitives";
import type { SendableMessage } from "../messages.ts";
import type { WireObject } from "../wire-object.ts";

/** One line as it was seen on the wire, and what it means. Tests decode and encode it; docs/protocol.md shows it. */
export interface WireExample<M extends SendableMessage> {
  readonly line: string;
  readonly message: M;
  /** Set where we understand the line but never send it so. */
  readonly onlyReceived?: true;
}

/**
 * The fields that can hold a line's control word. A line goes by the first of them that holds a text, so that it has
 * exactly one word, whatever else it carries.
 */
export const controlKeys = ["TASK", "WORKER", "STATUS", "task", "RESPONSE"] as const;

export type ControlKey = (typeof controlKeys)[number];

/**
 * One kind of message: how its spellings are told from others, read and written. The wire's words live in these specs
 * and nowhere else.
 */
export interface TaskSpec<M extends SendableMessage = SendableMessage> {
  readonly kind: M["kind"];
  /** One paragraph for docs/protocol.md. */
  readonly meaning: string;
  /** The control words of its lines: see {@link controlKeys}. */
  readonly words: Readonly<Partial<Record<ControlKey, readonly string[]>>>;
  /** Whether a line with one of the words is of this kind, where they alone do not say. Judged by control words only. */
  claims?(fields: WireObject): boolean;
  /** Reads the fields, or says what is wrong with one of them. Only called with lines of this kind. */
  decode(fields: WireObject): M | FieldProblem;
  /**
   * The object to send, its keys in the order in which they are written; or the whole line, in ASCII, where parts of it
   * are JSON already and need not be read to be handed on.
   */
  encode(message: M): Readonly<Record<string, unknown>> | JsonText;
  /** The most bytes that such a line may take, its newline included; `CLASS_LINE_MAX_BYTES` where it does not say. */
  lineMaxBytes?(message: M): number;
  readonly examples: readonly [WireExample<M>, ...WireExample<M>[]];
}

/** What is wrong with a field, in words that name it. */
export interface FieldProblem {
  readonly problem: string;
  /** Whoever sends that is nobody that could be talked to: the connection closes. */
  readonly isFatal?: true;
}
