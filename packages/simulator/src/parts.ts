/**
 * The parts of which the simulator's worlds are made, for tools that put up a world of their own around the production
 * cores: virtual time, a network with the real codec over it, hosts and disks. Whether anything goes wrong there is for
 * whoever puts it up: nothing does by itself.
 */
export { createEventLoop, type EventLoop, HANDLERS, REQUESTS, STORE } from "./event-loop.ts";
export { createSimDisk } from "./farm/sim-disk.ts";
export { createHostClock } from "./host-clock.ts";
export { createSimHost, type SimHost } from "./hosts/sim-host.ts";
export { createNameService } from "./network/name-service.ts";
export { createSimNetwork } from "./network/sim-network.ts";
export { createScheduler, type Scheduler, worldMs } from "./scheduler.ts";
export type { SimTransportPlace } from "./transport/transport-state.ts";
