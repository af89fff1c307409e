/*
 * Lending, as a model: one owner, one borrower, one worker, two tasks. README.md beside this file explains it.
 *
 * Each handler below is one atomic step, as in the core: an event goes in, state changes, messages come out. The
 * network, the clock and the faults do the rest in every order there is.
 */

/* How often each fault may strike: -DLOSS=2. None does by default. */
#ifndef LOSS
#define LOSS 0 /* a message vanishes */
#endif
#ifndef DUP
#define DUP 0 /* a message arrives twice, the second copy late */
#endif
#ifndef REORDER
#define REORDER 0 /* a message between the masters is overtaken: each has a connection of its own */
#endif
#ifndef EARLY
#define EARLY 0 /* a time-out fires although nothing is wrong */
#endif
#ifndef OWNER_CRASH
#define OWNER_CRASH 0
#endif
#ifndef BORROWER_CRASH
#define BORROWER_CRASH 0
#endif
#ifndef WORKER_CRASH
#define WORKER_CRASH 0
#endif
#ifndef DISK_LOSS
#define DISK_LOSS 0 /* the worker crashes, and its disk is gone */
#endif
#ifndef GIVE_UP
#define GIVE_UP 0 /* the owner cancels an offer, at any moment */
#endif
#ifndef RECLAIM
#define RECLAIM 0 /* the owner wants its worker back, at any moment: this crosses a return, too */
#endif

/* The masters. */
#define O 0
#define B 1

mtype = {
  HOME, OFFERED, LENT, RETURNING,                         /* what the owner thinks of its worker */
  NONE, HELD, DRAINING, RELEASING,                        /* what the borrower does, and RETURNING */
  READY, POLLED, RUNNING, REPORTED, IDLE,                 /* what the worker is at */
  REQUEST, RENEW, RELEASE,                                /* borrower to owner; RELEASE is COMMAND_RELEASE, both ways */
  AVAILABLE, UNAVAILABLE, RELEASE_ACK, RELEASE_COMPLETED, /* owner to borrower */
  TASK, NO_TASK, ACK, REDIRECT, RETURN                    /* master to worker */
};

/* Messages between masters: verb, epoch. */
chan toO = [4] of { mtype, byte };
chan toB = [4] of { mtype, byte };
/* ALIVE: epoch; is its connection still open? */
chan poll[2] = [3] of { byte, bit };
/* A result without an id: is its connection open? Is it older than the task that was written last? */
chan result[2] = [3] of { bit, bit };
/* The answer on the worker's one open exchange: verb, epoch or task. */
chan answer = [1] of { mtype, byte };
#ifdef PUSHED
/* Orders on the worker's session connection: verb, epoch. */
chan push = [3] of { mtype, byte };
#endif

/* The owner: memory, and what is on its disk. */
mtype ownerState = HOME;
byte ownerEpoch = 1;
bit wanted; /* it wants its worker back */
byte ownerAge; /* ticks in OFFERED */
mtype diskState = HOME;
byte diskEpoch = 1;

/* The borrower: all of it may be forgotten. */
mtype borrowerState = NONE;
byte borrowerEpoch;
byte tombstone; /* the last closed epoch */
byte borrowerAge; /* ticks without a word from the worker */

/* The worker: phase, tries and running are lost in a crash, the rest is on its disk. */
mtype phase = READY;
byte tries; /* at the borrower, unanswered */
byte running;
byte master = O;
byte epoch = 1;
bit unacked[2]; /* a result for that master */

/* Tasks 1 and 2. An attempt is memory; acceptance and record are on the disk of the task's master. */
byte masterOf[3];
byte attempt[2]; /* the task that the worker has of this master, 0: none */
byte attemptAge[2];
bit recorded[3];
#ifdef MISTAKE_ACK_BEFORE_FLUSH
bit unflushed[3];
#endif
#ifdef MISTAKE_FORGET
bit popped[3];
#endif

/* What only the monitor knows. */
bit done[3]; /* somebody did it */
byte homeEpoch; /* the highest epoch under which the worker has served its owner */

byte loss = LOSS, copies = DUP, reorder = REORDER, early = EARLY, give_up = GIVE_UP, reclaim = RECLAIM;
byte owner_crash = OWNER_CRASH, borrower_crash = BORROWER_CRASH, worker_crash = WORKER_CRASH, disk_loss = DISK_LOSS;
byte turn; /* whose tick comes next */
/* For d_steps; always 0 between them. */
byte e, t, n;
bit live, old;
mtype verb;

/* Nothing is under way, and nobody is about to do something. */
#define mastersQuiet (empty(toO) && empty(toB))
#define pollsQuiet (empty(poll[O]) && empty(poll[B]) && empty(result[O]) && empty(result[B]) && empty(answer))
#define workerWaits (phase == POLLED || phase == REPORTED || phase == IDLE)
#ifdef PUSHED
#define quiet (mastersQuiet && pollsQuiet && workerWaits && empty(push))
#else
#define quiet (mastersQuiet && pollsQuiet && workerWaits)
#endif
/* The only good end. */
#define everybodyHome (ownerState == HOME && borrowerState == NONE && master == O && phase == IDLE)
#define finished (recorded[1] && recorded[2] && everybodyHome)

/* The fence: the owner never believes HOME while the worker is away under its present epoch, or a later one. */
#define isAstray (ownerState == HOME && master == B && epoch >= ownerEpoch)
#define CHECK \
  assert(!isAstray); \
  e = 0; t = 0; n = 0; live = 0; old = 0; verb = 0

/* A full queue loses what does not fit: to its sender that is a loss like any other. */
inline tell(where, what, number) {
  if :: nfull(where) -> where!what, number :: full(where) fi
}

inline reply(what, number) {
  if :: live -> answer!what, number :: else fi
}

/*
 * Orders answer a poll, on the connection of that poll: a poll whose connection has ended is granted nothing, and orders
 * nothing. Said on the connection that the worker has now, an old poll would send it away under a lease that is over.
 */
#ifdef MISTAKE_ORDER_ON_ANY_CONNECTION
#define reaches(m) (master == m)
#else
#define reaches(m) (master == m && live)
#endif
inline order(m, what, number) {
#ifdef PUSHED
  if :: reaches(m) && nfull(push) -> push!what, number :: !reaches(m) || full(push) fi;
  reply(NO_TASK, 0)
#else
  reply(what, number)
#endif
}

#include "tasks.pml"
#include "owner.pml"
#include "borrower.pml"
#include "worker.pml"
#include "faults.pml"

/*
 * Time passes only when nothing else can happen, so no time-out is early unless EARLY says so, and each node has its
 * tick in turn. Who comes here for ever never ends: the search for acceptance cycles finds it.
 */
active proctype Clock() {
  /* Whose are the tasks? At least one is the borrower's, or nobody would ask. */
  masterOf[1] = B;
  if :: masterOf[2] = O :: masterOf[2] = B fi;
  do
  :: d_step { quiet && !finished && turn == 0 -> turn = 1; workerTicks(); CHECK }
  :: d_step { quiet && !finished && turn == 1 -> turn = 2; borrowerTicks(); CHECK }
  :: d_step { quiet && !finished && turn == 2 -> turn = 0; ownerTicks(); CHECK };
accept_endless:
    skip
  :: quiet && finished ->
end_rest:
    !finished /* a fault came late */
  od
}
