/*
 * The worker. It is READY to contact its master, has POLLED and waits, is RUNNING a task, has REPORTED and waits, or is
 * IDLE until its next turn.
 */

/* It closes its connections: what is under way on them still arrives, and no answer comes. */
inline hangUp() {
  n = len(poll[master]);
  do :: n > 0 -> poll[master]?e, live; poll[master]!e, 0; n-- :: else -> break od;
  n = len(result[master]);
  do :: n > 0 -> result[master]?live, old; result[master]!0, old; n-- :: else -> break od;
  do :: nempty(answer) -> answer?verb, e :: empty(answer) -> break od;
}

inline move(m) {
#ifdef PUSHED
  do :: nempty(push) -> push?verb, n :: empty(push) -> n = 0; break od;
#endif
  master = m;
  tries = 0;
  phase = READY
}

/* A result goes before a poll: it carries no id, so nothing new must be asked for while one is not acknowledged. */
inline contact() {
  if
  :: unacked[master] ->
    if :: nfull(result[master]) -> result[master]!1, 0 :: full(result[master]) fi;
    phase = REPORTED
  :: else ->
    if :: nfull(poll[master]) -> poll[master]!epoch, 1 :: full(poll[master]) fi;
    phase = POLLED
  fi
}

inline obey() {
  if
  :: verb == REDIRECT && master == O && e > epoch -> epoch = e; hangUp(); move(B)
  :: verb == RETURN && master == B -> hangUp(); move(O)
  :: else
  fi
}

inline workerHears() {
  answer?verb, e;
  tries = 0;
  if
  :: verb == TASK -> running = e; phase = RUNNING
  :: verb == NO_TASK ->
    phase = IDLE;
    if :: e > epoch -> epoch = e; phase = READY :: else fi
  :: verb == ACK -> unacked[master] = 0; phase = READY
  :: verb == REDIRECT || verb == RETURN -> phase = IDLE; obey()
  fi
}

inline finish() {
  done[running] = 1;
  if
  :: master == O -> homeEpoch = epoch
  :: else -> assert(epoch > homeEpoch) /* one master per epoch: who has served at home again is not on that lease */
  fi;
  running = 0;
  unacked[master] = 1;
  phase = READY
}

inline giveUp() {
  hangUp();
  if
  :: master == B && tries == 2 -> move(O)
  :: else -> if :: master == B -> tries++ :: else fi; phase = READY
  fi
}

inline workerTicks() {
  if
  :: phase == IDLE -> phase = READY
  :: phase == POLLED || phase == REPORTED -> giveUp()
  :: phase == READY || phase == RUNNING
  fi
}

active proctype Worker() {
end:
  do
  :: d_step { phase == READY -> contact(); CHECK }
  :: d_step { nempty(answer) -> workerHears(); CHECK }
  :: d_step { phase == RUNNING -> finish(); CHECK }
#ifdef PUSHED
  :: d_step { nempty(push) && phase != RUNNING && phase != READY && !unacked[master] -> push?verb, e; obey(); CHECK }
#endif
  od
}
