/**
 * The task store over SQLite: one file in a directory of its own, written by a thread of its own. It decides nothing;
 * what it promises is in `@mutirao/task-store`.
 */
export { openSqliteTaskStore, type SqliteTaskStore, type SqliteTaskStoreOptions } from "./sqlite-task-store.ts";
