#!/bin/sh
# Runs in the lab. Measures with 5,000 threads, then with 10,000.
set -eu
gcc -O2 -pthread -o /tmp/read-cost /case/read-cost.c
for processes in 500 1000; do
	/tmp/read-cost "$processes"
done
