import { WORD_MAX } from "./limits.ts";

const PATTERN = new RegExp(`^[A-Za-z0-9._-]{1,${WORD_MAX}}$`);

/** Whether a text can name a task type: 1 to 64 of the characters `A-Z a-z 0-9 . _ -`. */
export const isTaskType = (text: string): boolean => PATTERN.test(text);
