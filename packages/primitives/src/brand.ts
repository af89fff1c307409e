declare const brand: unique symbol;

/**
 * A type that the compiler keeps apart from every other of the same representation, at no cost at run time.
 * `Brand<number, "DurationMs">` is a number, but a number is not a `Brand<number, "DurationMs">`.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Who a node is: an opaque string of 1 to 128 characters. Never an address, and often not a UUID. */
export type NodeId = Brand<string, "NodeId">;

/** Makes a {@link NodeId} of a string that has been validated, or that we made ourselves. */
export const nodeId = (text: string): NodeId => text as NodeId;

/** What a task is known by: an opaque string of 1 to 128 characters, chosen by whoever submits it or by the master. */
export type TaskId = Brand<string, "TaskId">;

/** Makes a {@link TaskId} of a string that has been validated, or that we made ourselves. */
export const taskId = (text: string): TaskId => text as TaskId;

/**
 * One JSON value as text, in ASCII and on one line. Payloads and results travel so: a master hands them on and stores
 * them, and neither needs to know what they say.
 */
export type JsonText = Brand<string, "JsonText">;

/** Makes a {@link JsonText} of a text that is known to be one. */
export const jsonText = (text: string): JsonText => text as JsonText;

/**
 * One connection as one end sees it. Numbers are never reused within the life of a process.
 *
 * The core numbers the connections that it dials and the transport those that it accepts; as with the streams of
 * HTTP/2, parity keeps the two apart (odd: dialled, even: accepted), so neither has to ask the other.
 */
export type ConnId = Brand<number, "ConnId">;

/** The `ordinal`-th connection dialled by this process (`ordinal` counts from 0). */
export const dialledConnId = (ordinal: number): ConnId => (2 * ordinal + 1) as ConnId;

/** The `ordinal`-th connection accepted by this process (`ordinal` counts from 0). */
export const acceptedConnId = (ordinal: number): ConnId => (2 * ordinal) as ConnId;

/** Whether this end opened the connection. */
export const isDialled = (conn: ConnId): boolean => conn % 2 === 1;
