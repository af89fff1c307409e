#!/usr/bin/env node
import { runProgram } from "@mutirao/command/program";

await runProgram(() => import("./run.ts"));
