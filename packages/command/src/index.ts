/**
 * What every command of ours has in common: flags read by a table of options, signals, the log, exit codes, and what is
 * said when a port cannot be listened on. It knows no node and no task.
 */
export { type CommandDescription, type CommandLine, readCommandLine } from "./command-line.ts";
export { complain } from "./complain.ts";
export { EXIT_CRASHED } from "./early-mistakes.ts";
export { createEnding, type Ending } from "./ending.ts";
export { type HttpAnswer, type HttpRequest, sendHttp } from "./http-request.ts";
export { type ListenProblem, listenErrors, listenProblem } from "./listen-problem.ts";
export { createLogger } from "./logger.ts";
export { crashErrors, createMistakes, type Mistakes } from "./mistakes.ts";
export { type LogLevel, logLevelOption } from "./output-options.ts";
export { print } from "./print.ts";
export { createRegistryDisplay, type ShownNode } from "./registry-display.ts";
export { registryJson, transitionJson } from "./registry-output.ts";
export { sayListening } from "./say-listening.ts";
export { createStandardOutput } from "./standard-output.ts";
export { typingFolder } from "./typing-folder.ts";
