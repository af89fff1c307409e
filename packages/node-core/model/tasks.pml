/* What a master does with tasks: the same for owner and borrower. */

#ifdef MISTAKE_FORGET
#define isPending(m, k) (masterOf[k] == m && !recorded[k] && attempt[m] != k && !popped[k])
#else
#define isPending(m, k) (masterOf[k] == m && !recorded[k] && attempt[m] != k)
#endif
#define hasPending(m) (isPending(m, 1) || isPending(m, 2))

/* The connection rule needs to know which results were under way when a task was written. */
inline markOld(m) {
  n = len(result[m]);
  do
  :: n > 0 -> result[m]?live, old; result[m]!live, 1; n--
  :: else -> break
  od
}

/* ALIVE of a worker that may work: a poll whose connection has ended is granted nothing. */
inline dispatch(m) {
  if
  :: !live
  :: live && (attempt[m] != 0 || !hasPending(m)) -> reply(NO_TASK, 0)
  :: live && attempt[m] == 0 && hasPending(m) ->
    if :: isPending(m, 1) -> t = 1 :: else -> t = 2 fi;
    attempt[m] = t;
    attemptAge[m] = 0;
#ifdef MISTAKE_FORGET
    popped[t] = 1;
#endif
    reply(TASK, t);
    markOld(m)
  fi
}

inline onResult(m) {
  result[m]?live, old;
#ifdef MISTAKE_NO_CONNECTION_RULE
  old = 0;
#endif
  if
  :: attempt[m] != 0 && !old ->
    t = attempt[m];
    assert(done[t]); /* nothing is recorded that was not done */
    assert(!recorded[t]); /* nor twice */
    recorded[t] = 1;
    attempt[m] = 0;
    attemptAge[m] = 0;
#ifdef MISTAKE_ACK_BEFORE_FLUSH
    unflushed[t] = 1
#endif
  :: else
  fi;
  reply(ACK, 0)
}

/* The visibility time of an attempt is over: somebody else may do it. */
inline requeue(m) {
  attempt[m] = 0;
  attemptAge[m] = 0
}

inline tickAttempt(m) {
  if
  :: attempt[m] != 0 && attemptAge[m] == 1 -> requeue(m)
  :: attempt[m] != 0 && attemptAge[m] == 0 -> attemptAge[m] = 1
  :: else
  fi
}
