import { Counter, Gauge, type Registry } from "prom-client";

/** A gauge that is measured when somebody looks. `undefined` leaves it out. */
export function addGauge(registry: Registry, name: string, help: string, measure: () => number | undefined): void {
  new Gauge({
    name: `mutirao_${name}`,
    help,
    registers: [registry],
    collect() {
      const value = measure();
      if (value === undefined) this.remove();
      else this.set(value);
    },
  });
}

/** A gauge with one value for each of some words: those, and no others, that are there when somebody looks. */
export function addGaugeByWord(
  registry: Registry,
  { name, help, label }: { readonly name: string; readonly help: string; readonly label: string },
  measure: () => Iterable<readonly [word: string, value: number]>,
): void {
  new Gauge({
    name: `mutirao_${name}`,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [word, value] of measure()) this.set({ [label]: word }, value);
    },
  });
}

/** A count that is kept elsewhere, and only goes up. */
export function addCount(registry: Registry, name: string, help: string, count: () => number): void {
  new Counter({
    name: `mutirao_${name}_total`,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(count());
    },
  });
}

/** Counts the answers of a server; to be called with each. */
export function countAnswers(registry: Registry): (method: string, status: number) => void {
  const answers = new Counter({
    name: "mutirao_http_answers_total",
    help: "Answers of the HTTP API, by method and status.",
    labelNames: ["method", "status"],
    registers: [registry],
  });
  return (method, status) => answers.inc({ method, status });
}
