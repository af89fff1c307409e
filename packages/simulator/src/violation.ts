/** A checker has found what must never be. It ends the run. */
export class SimViolation extends Error {
  override readonly name = "SimViolation";
  readonly checker: string;

  constructor(checker: string, problem: string) {
    super(problem);
    this.checker = checker;
  }
}
