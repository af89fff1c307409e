import type { DurationMs, Endpoint, NodeId } from "@mutirao/primitives";
import type { LoanState } from "./master-views.ts";
import type { NeedReason } from "./policies/lending/needed-workers.ts";

/** A loan begins, goes on to its next state, or ends. */
export interface LoanChanged {
  readonly kind: "loan-changed";
  readonly loan: string;
  readonly direction: "in" | "out";
  readonly worker: NodeId;
  /** The other master, by its configured address. */
  readonly peer: string;
  /** `undefined`: it begins. */
  readonly from: LoanState | undefined;
  readonly to: LoanState;
  readonly reason: string;
}

/** Whether this master needs other people's workers was weighed, and came out otherwise than the last time. */
export interface BorrowWeighed {
  readonly kind: "borrow-weighed";
  readonly reason: NeedReason;
  /** Workers to ask for. */
  readonly workers: number;
  readonly waitMs: DurationMs;
  readonly triggerMs: DurationMs;
  readonly backlog: number;
  readonly serviceMs: DurationMs;
  readonly slots: number;
}

/** A peer is asked for workers (or would be, with `--lending observe`). */
export interface BorrowAsked {
  readonly kind: "borrow-asked";
  readonly peer: string;
  readonly workers: number;
  /** `undefined`: an operator asked for it. */
  readonly waitMs: DurationMs | undefined;
  readonly triggerMs: DurationMs | undefined;
  /** Nothing was sent: the options say that lending is only observed. */
  readonly isObserved?: boolean;
}

/** A peer answered: it promises these, or none, and why. */
export interface BorrowAnswered {
  readonly kind: "borrow-answered";
  readonly peer: string;
  readonly asked: number;
  readonly workers: readonly NodeId[];
  readonly code: string | undefined;
}

/** A peer was asked and did not answer in time. */
export interface BorrowUnanswered {
  readonly kind: "borrow-unanswered";
  readonly peer: string;
  readonly asked: number;
}

/** A worker that was promised did not come. */
export interface PromiseBroken {
  readonly kind: "promise-broken";
  readonly worker: NodeId;
  readonly peer: string;
}

/** Somebody asks for workers of ours. */
export interface LendAsked {
  readonly kind: "lend-asked";
  /** `undefined`: it is none of our peers. */
  readonly peer: string | undefined;
  readonly remote: Endpoint;
  readonly needed: number;
  /** Why it gets none at this moment; `undefined`: it may get some. */
  readonly code: string | undefined;
  /** With `--lending observe`: the code with which it would get none with `on`; `some`: it could get some. */
  readonly ifOn?: string;
  /** What waits there, as far as it says. */
  readonly backlog: number | undefined;
  /** What it was weighed against. */
  readonly own: {
    readonly backlog: number;
    readonly idle: number;
    readonly home: number;
    readonly lent: number;
    readonly lendMax: number;
    readonly lendReserve: number;
  };
}

/** Lent workers are called back. */
export interface ReclaimOrdered {
  readonly kind: "reclaim-ordered";
  readonly peer: string;
  readonly workers: number;
  readonly why: string;
  /** What was weighed; `undefined` if nothing was, as when an operator wants them. */
  readonly weighed: ReclaimFigures | undefined;
}

/** Why an owner calls its workers back: its own tasks would wait for longer than a worker takes to come. */
export interface ReclaimFigures {
  readonly backlog: number;
  readonly waitMs: DurationMs;
  readonly thresholdMs: DurationMs;
}

/** A worker that says that it is borrowed is sent home: nobody that we know is its owner. */
export interface GuestRefused {
  readonly kind: "guest-refused";
  readonly worker: NodeId;
  readonly owner: string;
  readonly remote: Endpoint;
  readonly why: string;
}

/** A guest was told to go home, again and again, and is still here. */
export interface GuestUnreturnable {
  readonly kind: "guest-unreturnable";
  readonly worker: NodeId;
  readonly peer: string;
  readonly returns: number;
}

/** Somebody gave an order about workers that are not his to order about. */
export interface OrderRefused {
  readonly kind: "order-refused";
  readonly word: string;
  readonly remote: Endpoint;
  readonly workers: readonly NodeId[];
}

/**
 * A line of the conversation about loans, between this master and another or a worker, was sent or received. It says
 * nothing that the other notices do not say, but it says it as it went over the wire.
 */
export interface LineExchanged {
  readonly kind: "line-exchanged";
  readonly exchange: {
    readonly direction: "sent" | "received";
    /** The other side: its id; a master's address as long as its id is not known. */
    readonly peer: string;
    /** How the line calls what it says: its TASK or RESPONSE. */
    readonly word: string;
    /** Workers that it is about. */
    readonly count: number;
    /** The first of them, as far as the line names them. */
    readonly workers: readonly string[];
    /** What it follows from, in words, or the code of a refusal. */
    readonly why: string | undefined;
    /** Its beginning, without the newline: foreign text, not made safe. */
    readonly line?: string;
    /** Bytes of the whole line, without the newline. */
    readonly bytes?: number;
    readonly isCut?: boolean;
  };
}

export type LendingNotice =
  | LoanChanged
  | BorrowWeighed
  | BorrowAsked
  | BorrowAnswered
  | BorrowUnanswered
  | PromiseBroken
  | LendAsked
  | ReclaimOrdered
  | GuestRefused
  | GuestUnreturnable
  | OrderRefused
  | LineExchanged;
