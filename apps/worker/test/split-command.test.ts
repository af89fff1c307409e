import { expect, test } from "vitest";
import { splitCommand } from "../src/exec/split-command.ts";

test.for([
  ["python3 words.py", ["python3", "words.py"]],
  ["  python3\t words.py  ", ["python3", "words.py"]],
  ['"/my tools/count" --name="a b" \'c "d"\'', ["/my tools/count", "--name=a b", 'c "d"']],
  ['C:\\tools\\count.exe "C:\\my files"', ["C:\\tools\\count.exe", "C:\\my files"]],
  ["count '' \"\"", ["count", "", ""]],
  ["echo $HOME ~ *.txt a|b >c `d`", ["echo", "$HOME", "~", "*.txt", "a|b", ">c", "`d`"]],
  ['["count", "it\'s \\"so\\"", ""]', ["count", 'it\'s "so"', ""]],
] as const)("%s", ([text, argv]) => {
  expect(splitCommand(text)).toStrictEqual({ argv });
});

test.for([
  ["", /no program/],
  ["   ", /no program/],
  ["''", /no program/],
  ["[]", /no program/],
  ['count "a b', /" is not closed/],
  ["count 'a", /' is not closed/],
  ["[count]", /JSON array/],
  ['["count", 1]', /JSON array/],
  ['["count"', /JSON array/],
] as const)("%s is refused", ([text, problem]) => {
  expect(splitCommand(text)).toStrictEqual({ problem: expect.stringMatching(problem) });
});
