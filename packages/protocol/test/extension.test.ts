import { describe, expect, test } from "vitest";
import { decodeLine } from "../src/index.ts";

const withExtension = (line: string, extension: string): string => `${line.slice(0, -1)},"EXT":${extension}}`;

const ALIVE = '{"WORKER":"ALIVE","WORKER_UUID":"w1"}';
const QUERY = '{"TASK":"QUERY","USER":"ana"}';
const NO_TASK = '{"SERVER_UUID":"m1","TASK":"NO_TASK"}';
const STATUS = '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w1"}';
const ACK = '{"STATUS":"ACK"}';

describe.each([ALIVE, QUERY, NO_TASK, STATUS, ACK])("%s", (line) => {
  test.each([
    "null",
    "[]",
    "true",
    '""',
    '"v1"',
    "1",
    "{}",
    '{"v":2}',
    '{"v":"1"}',
    '{"v":null}',
    '{"v":[1]}',
    '[{"v":1}]',
  ])("with EXT %s says what it says without", (extension) => {
    expect(decodeLine(withExtension(line, extension))).toEqual(decodeLine(line));
  });
});

describe("what is wrong with an EXT is named", () => {
  const hello = '{"v":1,"boot":"b","slots":4,"types":["QUERY"],"holding":[]}';
  const task = '{"id":"t1","n":1,"type":"QUERY","payload":null,"ms":1000}';
  const result = '{"id":"t1","n":1,"ok":true,"output":null}';
  const failure = '{"id":"t1","n":1,"ok":false,"code":"C","message":"m"}';
  const progress = '{"id":"t1","n":1,"done":0.5,"note":"half"}';
  const refs = ["null", "{}", "true", '""', "7", "[7]", '["",1]', "[null,1]", `["${"x".repeat(129)}",1]`];
  const counts = [
    '["t1"]',
    '["t1",0]',
    '["t1",-1]',
    '["t1",1.5]',
    '["t1","1"]',
    '["t1",null]',
    '["t1",9007199254740993]',
  ];
  const noList = ["null", "{}", "true", '""', "7"];
  const noId = ["null", "[]", "{}", "true", '""', "7", `"${"x".repeat(129)}"`, undefined];
  const noCount = ["null", "[]", "{}", "true", '""', '"1"', "0", "-1", "1.5", "1e400", "9007199254740993", undefined];
  const noText = ["null", "[]", "{}", "true", "7", undefined];

  /** A spelling with one of its members replaced, or left out. */
  const broken = (object: string, key: string, values: readonly (string | undefined)[]): readonly string[] =>
    values.map((value) => {
      const members = object
        .slice(1, -1)
        .split(/,(?=")/)
        .filter((member) => !member.startsWith(`"${key}":`));
      return `{${[...members, ...(value === undefined ? [] : [`"${key}":${value}`])].join(",")}}`;
    });
  const listOf = (name: string, items: readonly string[]): readonly string[] =>
    items.map((item) => `{"v":1,"${name}":[${item}]}`);

  const cases: readonly (readonly [line: string, field: string, extensions: readonly string[]])[] = [
    [ALIVE, "EXT.boot", broken(hello, "boot", noId)],
    [
      ALIVE,
      "EXT.slots",
      broken(hello, "slots", ["null", "[]", "{}", "true", '""', '"4"', "-1", "65", "1.5", undefined]),
    ],
    [ALIVE, "EXT.types", broken(hello, "types", [...noList, undefined, `[${Array(65).fill('"t"').join(",")}]`])],
    [
      ALIVE,
      "EXT.types.0",
      broken(hello, "types", ["[null]", "[7]", '[""]', '["a b"]', '["é"]', `["${"x".repeat(65)}"]`]),
    ],
    [ALIVE, "EXT.holding", broken(hello, "holding", noList)],
    [ALIVE, "EXT.holding.0.0", refs.map((ref) => `${hello.slice(0, -3)}[${ref}]}`)],
    [ALIVE, "EXT.holding.0.1", counts.map((ref) => `${hello.slice(0, -3)}[${ref}]}`)],
    [QUERY, "EXT.tasks", noList.map((list) => `{"v":1,"tasks":${list}}`)],
    [QUERY, "EXT.tasks.0.id", listOf("tasks", ["null", "[]", "7", "{}", ...broken(task, "id", noId)])],
    [
      QUERY,
      "EXT.tasks.1.n",
      listOf(
        "tasks",
        broken(task, "n", noCount).map((item) => `${task},${item}`),
      ),
    ],
    [
      QUERY,
      "EXT.tasks.0.type",
      listOf("tasks", broken(task, "type", [...noText, '""', '"a b"', `"${"x".repeat(65)}"`])),
    ],
    [QUERY, "EXT.tasks.0.payload", listOf("tasks", broken(task, "payload", [undefined]))],
    [
      QUERY,
      "EXT.tasks.0.ms",
      listOf("tasks", broken(task, "ms", ["null", "[]", "{}", "true", '""', '"5"', "0", "-1", "1e400", undefined])),
    ],
    [QUERY, "EXT.cancel", noList.map((list) => `{"v":1,"cancel":${list}}`)],
    [QUERY, "EXT.cancel.0.0", listOf("cancel", refs)],
    [QUERY, "EXT.cancel.0.1", listOf("cancel", counts)],
    [STATUS, "EXT.results", noList.map((list) => `{"v":1,"results":${list}}`)],
    [STATUS, "EXT.results.0.id", listOf("results", ["null", "[]", ...broken(result, "id", noId)])],
    [STATUS, "EXT.results.0.n", listOf("results", broken(failure, "n", noCount))],
    [
      STATUS,
      "EXT.results.0.ok",
      listOf("results", broken(result, "ok", ["null", "[]", "{}", "1", '""', '"true"', undefined])),
    ],
    [STATUS, "EXT.results.0.output", listOf("results", broken(result, "output", [undefined]))],
    [STATUS, "EXT.results.0.code", listOf("results", broken(failure, "code", noText))],
    [STATUS, "EXT.results.0.message", listOf("results", broken(failure, "message", noText))],
    [STATUS, "EXT.progress", noList.map((list) => `{"v":1,"progress":${list}}`)],
    [STATUS, "EXT.progress.0.id", listOf("progress", broken(progress, "id", noId))],
    [STATUS, "EXT.progress.0.n", listOf("progress", broken(progress, "n", noCount))],
    [
      STATUS,
      "EXT.progress.0.done",
      listOf(
        "progress",
        broken(progress, "done", ["null", "[]", "{}", "true", '""', '"1"', "-0.1", "1.1", "1e400", undefined]),
      ),
    ],
    [STATUS, "EXT.progress.0.note", listOf("progress", broken(progress, "note", ["null", "[]", "{}", "true", "7"]))],
    [STATUS, "EXT.resynced", ["null", "[]", "{}", "1", '""'].map((value) => `{"v":1,"resynced":${value}}`)],
    [ACK, "EXT.acks", noList.map((list) => `{"v":1,"acks":${list}}`)],
    [ACK, "EXT.acks.0.0", listOf("acks", refs)],
    [ACK, "EXT.acks.0.1", listOf("acks", counts)],
    ...["graceMs", "intervalMs", "timeoutMs"].map(
      (key) =>
        [
          NO_TASK,
          `EXT.${key}`,
          broken('{"v":1,"graceMs":0,"intervalMs":1,"timeoutMs":1}', key, [
            "null",
            "[]",
            "{}",
            "true",
            '""',
            '"5"',
            "-1",
            "1e400",
            undefined,
          ]),
        ] as const,
    ),
  ];

  test.each(cases)("%s: %s", (line, field, extensions) => {
    expect(extensions.length).toBeGreaterThan(0);
    for (const extension of extensions) {
      const decoded = decodeLine(withExtension(line, extension));
      expect({ extension, decoded }).toMatchObject({
        decoded: {
          violation: {
            code: "ERR_FIELD_INVALID",
            fatal: false,
            detail: expect.stringContaining(`field ${field} is `),
          },
        },
      });
    }
  });

  test.each([
    ['{"v":1,"acks":[["t1",0]]}', "result-acks: field EXT.acks.0.1 is 0"],
    ['{"v":1,"acks":[["t1",1],["",1]]}', "result-acks: field EXT.acks.1.0 is a text of 0 characters"],
    ['{"v":1,"acks":[["t1"]]}', "result-acks: field EXT.acks.0.1 is missing"],
    ['{"v":1,"acks":[5]}', "result-acks: field EXT.acks.0.0 is missing"],
    ['{"v":1,"acks":{}}', "result-acks: field EXT.acks is an object"],
    ['{"v":1,"acks":[[[],1]]}', "result-acks: field EXT.acks.0.0 is an array"],
    ['{"v":1,"acks":[[true,1]]}', "result-acks: field EXT.acks.0.0 is true"],
    ['{"v":1,"acks":[[null,1]]}', "result-acks: field EXT.acks.0.0 is null"],
  ])("in words that tell what was found: %s", (extension, detail) => {
    expect(decodeLine(withExtension(ACK, extension))).toEqual({
      violation: { code: "ERR_FIELD_INVALID", detail, fatal: false },
    });
  });

  test("and the spellings that they were made of are sound", () => {
    const sound: readonly (readonly [line: string, extension: string])[] = [
      [ALIVE, hello],
      [QUERY, `{"v":1,"tasks":[${task}],"cancel":[["t1",1]]}`],
      [STATUS, `{"v":1,"results":[${result},${failure}],"progress":[${progress}],"resynced":false}`],
      [ACK, '{"v":1,"acks":[["t1",1]]}'],
      [NO_TASK, '{"v":1,"graceMs":0,"intervalMs":1,"timeoutMs":1}'],
    ];
    for (const [line, extension] of sound) expect(decodeLine(withExtension(line, extension))).toHaveProperty("message");
  });
});

describe("what is left out of an EXT", () => {
  test("lists are empty, and resynced is false", () => {
    expect(decodeLine(withExtension(QUERY, '{"v":1}'))).toEqual({
      message: { kind: "task-batch", tasks: [], cancel: [] },
    });
    expect(decodeLine(withExtension(ACK, '{"v":1}'))).toEqual({ message: { kind: "result-acks", acks: [] } });
    expect(decodeLine(withExtension(STATUS, '{"v":1}'))).toEqual({
      message: { kind: "result-batch", worker: "w1", results: [], progress: [], isResynced: false },
    });
    expect(decodeLine(withExtension(ALIVE, '{"v":1,"boot":"b","slots":0,"types":[]}'))).toEqual({
      message: { kind: "worker-alive", worker: "w1", hello: { boot: "b", slots: 0, types: [], holding: [] } },
    });
  });

  test("fields that we do not know are ignored", () => {
    expect(decodeLine(withExtension(ACK, '{"v":1,"acks":[["t1",1,"more"]],"x":{}}'))).toEqual({
      message: { kind: "result-acks", acks: [{ task: "t1", attempt: 1 }] },
    });
  });
});

test("what a worker says in words is made safe to print, and cut", () => {
  const words = JSON.stringify(`\u001b[31m\u202e${"x".repeat(1_000)}`);
  const failed = `{"id":"t1","n":1,"ok":false,"code":${words},"message":${words}}`;
  const decoded = decodeLine(
    withExtension(STATUS, `{"v":1,"results":[${failed}],"progress":[{"id":"t1","n":1,"done":1,"note":${words}}]}`),
  );
  expect(decoded).toMatchObject({
    message: {
      results: [
        { outcome: { code: expect.stringMatching(/^[ -~]{64}$/), message: expect.stringMatching(/^[ -~]{512}$/) } },
      ],
      progress: [{ note: expect.stringMatching(/^[ -~]{128}$/) }],
    },
  });
});
