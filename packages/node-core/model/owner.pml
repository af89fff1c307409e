/* The owner. States: HOME, OFFERED, LENT, RETURNING. */

inline goHome() {
  ownerState = HOME;
  ownerAge = 0;
  wanted = 0
}

inline cancel() {
#ifndef MISTAKE_CANCEL_KEEPS_EPOCH
  ownerEpoch++;
#endif
  goHome()
}

inline onRequest() {
  if
  :: ownerState == HOME && attempt[O] == 0 ->
    ownerEpoch++;
    ownerState = OFFERED;
    ownerAge = 0;
#ifndef MISTAKE_EPOCH_NOT_PERSISTED
    diskState = OFFERED;
    diskEpoch = ownerEpoch;
#endif
    tell(toB, AVAILABLE, ownerEpoch);
#ifdef PUSHED
    if :: master == O && nfull(push) -> push!REDIRECT, ownerEpoch :: master != O || full(push) fi
#endif
  :: ownerState == OFFERED || ownerState == LENT -> tell(toB, AVAILABLE, ownerEpoch)
  :: else -> tell(toB, UNAVAILABLE, 0)
  fi
}

inline ownerHears() {
  toO?verb, e;
  if
  :: verb == REQUEST -> onRequest()
  :: verb == RENEW ->
    if :: ownerState == OFFERED && e == ownerEpoch -> ownerState = LENT; ownerAge = 0 :: else fi
  :: verb == RELEASE ->
    tell(toB, RELEASE_ACK, e);
    if :: ownerState == LENT && e == ownerEpoch -> ownerState = RETURNING; wanted = 0 :: else fi
  :: verb == RELEASE_COMPLETED ->
#ifdef MISTAKE_COMPLETED_BELIEVED
    if :: e == ownerEpoch -> goHome() :: else fi
#else
    skip
#endif
  fi
}

/* Its own ALIVE is the only evidence of where the worker is. */
inline ownerPolled() {
  poll[O]?e, live;
  if
  :: ownerState == HOME -> dispatch(O)
  :: ownerState != HOME && e >= ownerEpoch ->
    tell(toB, RELEASE_COMPLETED, ownerEpoch);
    goHome();
    dispatch(O)
  :: (ownerState == OFFERED || ownerState == LENT) && e < ownerEpoch ->
    if
    :: wanted -> cancel(); dispatch(O)
    :: else -> order(O, REDIRECT, ownerEpoch)
    fi
  :: ownerState == RETURNING && e < ownerEpoch ->
#ifdef MISTAKE_STALE_ALIVE_BELIEVED
    goHome();
#endif
    reply(NO_TASK, ownerEpoch) /* it may have lost its disk */
  fi
}

inline ownerTicks() {
  tickAttempt(O);
  if
  :: ownerState == OFFERED && ownerAge == 2 -> cancel()
  :: ownerState == OFFERED && ownerAge < 2 -> ownerAge++
  :: ownerState == LENT && wanted -> tell(toB, RELEASE, ownerEpoch)
  :: else
  fi
}

active proctype Owner() {
end:
  do
  :: d_step { nempty(toO) -> ownerHears(); CHECK }
  :: d_step { nempty(poll[O]) -> ownerPolled(); CHECK }
  :: d_step { nempty(result[O]) -> onResult(O); CHECK }
  od
}
