/**
 * Where the person stands who typed the command: paths are meant from there. A package manager runs the command in the
 * package's own folder, and says in a variable where it was called.
 */
export const typingFolder = (): string => process.env["INIT_CWD"] ?? process.cwd();
