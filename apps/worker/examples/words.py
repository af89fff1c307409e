"""Counts the words of a text: a line of JSON comes in, a line of JSON goes out."""

import json
import sys

task = json.loads(sys.stdin.readline())
words = task["TEXT"].split()
if not words:
    sys.exit("there are no words")  # on stderr, with exit code 1: this is why the task failed
print(json.dumps({"words": len(words), "longest": max(words, key=len)}))
