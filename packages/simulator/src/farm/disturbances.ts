/** What faults disturb that nobody else's weather is: a disk, a clock, a worker of another team. */
export const diskOf = (slot: number): string => `disk ${slot}`;
export const clockOf = (slot: number): string => `clock ${slot}`;
export const foreignerOf = (id: string): string => `foreigner ${id}`;
