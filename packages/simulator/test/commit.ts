import { execFileSync } from "node:child_process";

/** What the seeds are drawn from: the commit that is tested, so that each one is tried with seeds of its own. */
export const commit: string = process.env["MUTIRAO_COMMIT"] ?? headOf();

function headOf(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "no commit";
  }
}
