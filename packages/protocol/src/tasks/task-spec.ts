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
 * One kind of message: how its spellings are told from others, read and written. The wire's words live in these specs
 * and nowhere else.
 */
export interface TaskSpec<M extends SendableMessage = SendableMessage> {
  readonly kind: M["kind"];
  /** One paragraph for docs/protocol.md. */
  readonly meaning: string;
  /** Reads the fields, or says what is wrong with one of them. Only called with lines that {@link claims} took. */
  decode(fields: WireObject): M | FieldProblem;
  /** The object to send. Keys come in the order in which they are written. */
  encode(message: M): Readonly<Record<string, unknown>>;
  /** Whether this line is of this kind, judged by its control words alone. */
  claims(fields: WireObject): boolean;
  readonly examples: readonly [WireExample<M>, ...WireExample<M>[]];
}

/** What is wrong with a field, in words that name it. */
export interface FieldProblem {
  readonly problem: string;
}
