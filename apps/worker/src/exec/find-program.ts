import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve, sep } from "node:path";

/** Whether a program can be started: by its path, or by its name in one of the folders of PATH. */
export function canStart(program: string, cwd: string): boolean {
  const isPath = program.includes("/") || program.includes(sep);
  const folders = isPath ? [""] : (process.env["PATH"] ?? "").split(delimiter);
  const endings = process.platform === "win32" ? ["", ...(process.env["PATHEXT"] ?? "").split(delimiter)] : [""];
  return folders.some((folder) => endings.some((ending) => isExecutable(resolve(cwd, folder, program + ending))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
