"""Logs a metric as often as asked and prints when it began (Unix milliseconds)."""

import sys
import time

import loopwright

calls = int(sys.argv[1])
loopwright.tag(kind="bench")  # the journal is open before the clock starts, as a server's connection is
began = time.time()
for step in range(calls):
    loopwright.log(loss=step * 0.5, step=step)
print(began * 1000)
