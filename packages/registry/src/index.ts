/**
 * The table of peers and the failure detector: who answers where, since when, and when silence becomes a verdict. It
 * holds no timer and sends nothing; whoever owns it tells it what was heard and asks it what is due.
 */
export {
  type PeerStatus,
  peerStatuses,
  type RegistryChange,
  type RegistryEntry,
  type Transition,
  type TransitionReason,
  transitionReasons,
} from "./entry.ts";
export { createFailureDetector, type FailureDetector, type Watched } from "./failure-detector.ts";
export { createPeerRegistry, type PeerRegistry } from "./peer-registry.ts";
