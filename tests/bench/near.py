"""Takes a task a line and answers a line: faiss and usearch, asked for the codes of one picture.

A task names a file of questions; the table that is asked lies beside. Eight codes are looked up
together, on one processor, among the first 64 bits of every row. Times are of the processor;
building an index is none of them.
"""

import json
import sys
import time
from functools import cache
from pathlib import Path

import faiss
import numpy
import usearch.index
from usearch.index import MetricKind, ScalarKind

# As sayso's compare.rs: so many of 64 bits may differ.
NEAR = 10
# Those before the first column of a table, of which bytes 16 to 23 are the number of rows.
HEAD = 32

faiss.omp_set_num_threads(1)


@cache
def codes(file):
    asked = json.loads(Path(file).read_text())
    table = Path(file).parent / asked["table"]
    rows = int.from_bytes(numpy.fromfile(table, numpy.uint8, 8, offset=16).tobytes(), "big")
    return numpy.fromfile(table, numpy.uint8, rows * 8, offset=HEAD).reshape(rows, 8)


@cache
def pictures(file):
    def first(code):
        return list(bytes.fromhex(code[:16]))

    prints = json.loads(Path(file).read_text())["prints"]
    of = lambda p: [p["codes"]["exact"], *(t["code"] for t in p["turned"])]
    return [numpy.array([first(code) for code in of(p)], numpy.uint8) for p in prints]


@cache
def flat(file):
    index = faiss.IndexBinaryFlat(64)
    index.add(codes(file))
    return index


@cache
def multi_hash(file):
    # The same parts as ours: four of 16 bits, each with up to two of them turned over.
    index = faiss.IndexBinaryMultiHash(64, 4, 16)
    index.nflip = 2
    index.add(codes(file))
    return index


def within(index):
    def look_up(file, picture):
        # faiss leaves out the radius itself.
        limits, _, _ = index(file).range_search(picture, NEAR + 1)
        return int(limits[-1])

    return look_up


def usearch_exact(file, picture):
    found = usearch.index.search(
        codes(file), picture, 10, MetricKind.Hamming, exact=True, threads=1, dtype=ScalarKind.B1
    )
    return int((found.distances <= NEAR).sum())


TASKS = {"faiss flat": within(flat), "faiss multi-hash": within(multi_hash), "usearch": usearch_exact}
warm = set()

for line in sys.stdin:
    task = json.loads(line)
    try:
        run, file = TASKS[task["task"]], task["file"]
        every = pictures(file)
        if task["task"] not in warm:
            warm.add(task["task"])
            found = [run(file, picture) for picture in every[:4]]
            # The judges must agree on what there is before they are timed.
            if found != [within(flat)(file, picture) for picture in every[:4]]:
                raise ValueError(f"found {found}, not what walking through all finds")
        count, since, start = 0, time.monotonic(), time.process_time()
        while count == 0 or time.monotonic() - since < task["least"] / 1000:
            run(file, every[count % len(every)])
            count += 1
        answer = {"ms": (time.process_time() - start) * 1000 / count}
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
