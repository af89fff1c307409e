/* The borrower. States: NONE, HELD, DRAINING, RELEASING, RETURNING. Nothing of it is on a disk. */

inline release() {
  borrowerState = RELEASING;
  borrowerAge = 0;
  tell(toO, RELEASE, borrowerEpoch)
}

/* What a borrower thinks of after each event: it gives back what it has no use for, once its task is over. */
inline reviewGuest() {
  if :: borrowerState == HELD && attempt[B] == 0 && !hasPending(B) -> borrowerState = DRAINING :: else fi;
  if :: borrowerState == DRAINING && attempt[B] == 0 -> release() :: else fi
}

inline close(number) {
  requeue(B);
  borrowerState = NONE;
  borrowerEpoch = 0;
  borrowerAge = 0;
  tombstone = number
}

inline welcome() {
  requeue(B);
  borrowerState = HELD;
  borrowerEpoch = e;
  tell(toO, RENEW, e);
#ifdef COMPLETED_ON_ARRIVAL
  tell(toO, RELEASE_COMPLETED, e);
#endif
  dispatch(B)
}

inline borrowerPolled() {
  poll[B]?e, live;
  if
  :: borrowerState != NONE && e == borrowerEpoch -> borrowerAge = 0
  :: else
  fi;
  if
  :: borrowerState == NONE && (e <= tombstone || !hasPending(B)) -> order(B, RETURN, 0)
  :: borrowerState == NONE && e > tombstone && hasPending(B) -> welcome()
  :: borrowerState != NONE && e > borrowerEpoch -> welcome()
  :: borrowerState != NONE && e < borrowerEpoch -> reply(NO_TASK, 0)
  :: borrowerState == HELD && e == borrowerEpoch -> dispatch(B)
  :: (borrowerState == DRAINING || borrowerState == RELEASING) && e == borrowerEpoch -> reply(NO_TASK, 0)
  :: borrowerState == RETURNING && e == borrowerEpoch -> order(B, RETURN, 0)
  fi;
  reviewGuest()
}

inline borrowerHears() {
  toB?verb, e;
  if
  :: verb == RELEASE_ACK && borrowerState == RELEASING && e == borrowerEpoch ->
    borrowerState = RETURNING;
    borrowerAge = 0;
#ifdef PUSHED
    if :: master == B && nfull(push) -> push!RETURN, 0 :: master != B || full(push) fi
#endif
  :: verb == RELEASE_COMPLETED && borrowerState != NONE && e == borrowerEpoch -> close(e)
  :: verb == RELEASE && borrowerState == HELD && e == borrowerEpoch -> borrowerState = DRAINING
  :: else /* AVAILABLE and UNAVAILABLE are forecasts: nothing is built on them */
  fi;
  reviewGuest()
}

inline borrowerTicks() {
  tickAttempt(B);
  if
  :: borrowerState == NONE && hasPending(B) -> tell(toO, REQUEST, 0)
  :: borrowerState == NONE && !hasPending(B)
  :: borrowerState != NONE && borrowerAge == 3 -> /* silent too long: no tombstone where it may come back */
    if :: borrowerState == RETURNING -> close(borrowerEpoch) :: else -> close(tombstone) fi
  :: borrowerState != NONE && borrowerAge < 3 ->
    borrowerAge++;
    if
    :: borrowerState == HELD -> tell(toO, RENEW, borrowerEpoch)
#ifndef MISTAKE_RELEASE_ONCE
    :: borrowerState == RELEASING -> tell(toO, RELEASE, borrowerEpoch)
#endif
    :: else
    fi
  fi;
  reviewGuest()
}

active proctype Borrower() {
end:
  do
  :: d_step { nempty(toB) -> borrowerHears(); CHECK }
  :: d_step { nempty(poll[B]) -> borrowerPolled(); CHECK }
  :: d_step { nempty(result[B]) -> onResult(B); reviewGuest(); CHECK }
#ifdef MISTAKE_ACK_BEFORE_FLUSH
  :: d_step { unflushed[1] || unflushed[2] -> unflushed[1] = 0; unflushed[2] = 0 }
#endif
  od
}
