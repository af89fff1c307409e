import type { MasterLife, MasterStep, WorkerLife, WorkerStep } from "./world.ts";

/** What the world does with what its processes do. */
export interface FarmWatch {
  masterStepped(life: MasterLife, step: MasterStep): void;
  workerStepped(life: WorkerLife, step: WorkerStep): void;
  began(life: MasterLife | WorkerLife): void;
  stopped(life: MasterLife | WorkerLife): void;
  ended(life: MasterLife | WorkerLife): void;
  nextLife(): number;
}
