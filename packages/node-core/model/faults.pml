/* What goes wrong, at any moment, as often as the budgets allow. */

inline drain(where, a, b) {
  do :: nempty(where) -> where?a, b :: empty(where) -> break od
}

/* The node is gone for a moment: what was on its way to it is lost, and its attempts are forgotten. */
inline crash(m) {
  requeue(m);
  drain(poll[m], e, live);
  drain(result[m], live, old);
#ifdef MISTAKE_ACK_BEFORE_FLUSH
  t = 1;
  do
  :: t <= 2 ->
    /* What was acknowledged is in every image that a crash could leave: a result is acknowledged as it is recorded. */
    assert(!(masterOf[t] == m && unflushed[t]));
    t++
  :: else -> break
  od
#endif
}

/* What it had sent may be lost with it: it crashed before it came to send. */
inline crashUnsent(m) {
  crash(m);
#ifdef PUSHED
  if :: master == m -> drain(answer, verb, e); drain(push, verb, e) :: else fi
#else
  if :: master == m -> drain(answer, verb, e) :: else fi
#endif
}

inline ownerForgets() {
  drain(toO, verb, e);
  ownerAge = 0;
  wanted = 0
}

/* Its disk knows the last offer, but perhaps nothing later. */
inline ownerReads() {
  ownerState = diskState;
  ownerEpoch = diskEpoch
}

inline borrowerForgets() {
  drain(toB, verb, e);
  borrowerState = NONE;
  borrowerEpoch = 0;
  borrowerAge = 0;
  tombstone = 0
}

inline workerForgets() {
  hangUp();
#ifdef PUSHED
  drain(push, verb, e);
#endif
  running = 0;
  tries = 0;
  phase = READY
}

inline workerLosesDisk() {
  master = O;
  epoch = 0;
  unacked[O] = 0;
  unacked[B] = 0;
  homeEpoch = 0
}

#define OVERTAKES(where) d_step { reorder > 0 && len(where) > 1 -> reorder--; where?verb, e; where!verb, e; CHECK }
#define LOSES(where, a, b) d_step { loss > 0 && nempty(where) -> loss--; where?a, b; CHECK }
#define DOUBLES(where, a, b, a2) d_step { \
    copies > 0 && nempty(where) && nfull(where) -> copies--; where?<a, b>; where!a2; CHECK }
#define ANY_TIME(budget, condition) (budget > 0 && (condition)) -> budget--

active proctype Faults() {
end:
  do
#if LOSS
  :: LOSES(toO, verb, e)
  :: LOSES(toB, verb, e)
  :: LOSES(poll[O], e, live)
  :: LOSES(poll[B], e, live)
  :: LOSES(result[O], live, old)
  :: LOSES(result[B], live, old)
  :: LOSES(answer, verb, e)
#ifdef PUSHED
  :: LOSES(push, verb, e)
#endif
#endif
#if DUP
  :: DOUBLES(toO, verb, e, verb(e))
  :: DOUBLES(toB, verb, e, verb(e))
  /* The copy is a repetition on another connection, and nobody waits there. */
  :: DOUBLES(poll[O], e, live, e(0))
  :: DOUBLES(poll[B], e, live, e(0))
  :: DOUBLES(result[O], live, old, 0(old))
  :: DOUBLES(result[B], live, old, 0(old))
#ifdef PUSHED
  :: DOUBLES(push, verb, e, verb(e))
#endif
#endif
#if REORDER
  :: OVERTAKES(toO)
  :: OVERTAKES(toB)
#endif
#if EARLY
  :: d_step { ANY_TIME(early, true); workerTicks(); CHECK }
  :: d_step { ANY_TIME(early, true); borrowerTicks(); CHECK }
  :: d_step { ANY_TIME(early, true); ownerTicks(); CHECK }
  :: d_step { ANY_TIME(early, attempt[O] != 0); requeue(O); CHECK }
  :: d_step { ANY_TIME(early, attempt[B] != 0); requeue(B); reviewGuest(); CHECK }
  :: d_step { ANY_TIME(early, borrowerState == RETURNING); close(borrowerEpoch); CHECK }
  :: d_step { ANY_TIME(early, borrowerState != NONE && borrowerState != RETURNING); close(tombstone); CHECK }
#endif
#if OWNER_CRASH
  :: d_step { ANY_TIME(owner_crash, true); crash(O); ownerForgets(); CHECK }
  :: d_step { ANY_TIME(owner_crash, true); crash(O); ownerForgets(); ownerReads(); CHECK }
  :: d_step { ANY_TIME(owner_crash, true); crashUnsent(O); drain(toB, verb, e); ownerForgets(); CHECK }
  :: d_step { ANY_TIME(owner_crash, true); crashUnsent(O); drain(toB, verb, e); ownerForgets(); ownerReads(); CHECK }
#endif
#if BORROWER_CRASH
  :: d_step { ANY_TIME(borrower_crash, true); crash(B); borrowerForgets(); CHECK }
  :: d_step { ANY_TIME(borrower_crash, true); crashUnsent(B); drain(toO, verb, e); borrowerForgets(); CHECK }
#endif
#if WORKER_CRASH
  :: d_step { ANY_TIME(worker_crash, true); workerForgets(); CHECK }
#endif
#if DISK_LOSS
  :: d_step { ANY_TIME(disk_loss, true); workerForgets(); workerLosesDisk(); CHECK }
#endif
#if GIVE_UP
  :: d_step { ANY_TIME(give_up, ownerState == OFFERED); cancel(); CHECK }
#endif
#if RECLAIM
  :: d_step { ANY_TIME(reclaim, ownerState == LENT && !wanted); wanted = 1; tell(toB, RELEASE, ownerEpoch); CHECK }
#endif
  :: false
  od
}
