"""Sayso past one machine: an Apache Spark job (https://spark.apache.org/) around the command line.

    job.py codes --works LIST --media FOLDER --out FOLDER [--parts N] [--sayso PROGRAM]
    job.py check --from LIST --out FOLDER [--parts N] [--sayso PROGRAM] [--with WORD]...

`codes` cuts a list of works (CSV or JSON Lines) in parts, sorts it by the ids of works, and pipes
each part through `sayso catalogue codes`, which reads the media. What it writes is a list in parts,
of which `sayso catalogue build --works FOLDER` makes the catalogue that it would have made of the
list itself, byte for byte. `check` pipes each part of a list of sources through `sayso check --json
--from -`, with further words where they are given (`--with=--offline`); the parts, one after the
other, are what one machine would have printed.

Every machine needs the program and the media under the same names. A part whose program fails is
tried again by Spark, and `_SUCCESS` stands in the folder only when all parts are there. Lists are
UTF-8. Left out: what the last step does on one machine, which is sorting and cutting rows of some
forty bytes.
"""

import argparse
import json
import subprocess
import threading

from pyspark import SparkConf
from pyspark.sql import SparkSession


def through(command):
    """Pipes a part through a program that answers each line with one line, in order."""

    def pipe(lines):
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        given, fault = 0, None

        def feed():
            nonlocal given, fault
            try:
                with program.stdin as to:
                    for line in lines:
                        to.write(line.encode() + b"\n")
                        given += 1
            except BrokenPipeError:
                pass  # It has ended; how, its status says.
            except BaseException as error:
                fault = error

        feeder = threading.Thread(target=feed)
        feeder.start()
        answered = 0
        for line in program.stdout:
            answered += 1
            yield line.decode().removesuffix("\n")
        feeder.join()
        if fault:
            program.kill()
            raise fault
        # 1 says that a source could not be read, which stands in its line.
        if program.wait() not in (0, 1) or answered != given:
            raise RuntimeError(
                f"{command}: status {program.returncode}, {answered} answers to {given} lines"
            )

    return pipe


def works(spark, path, parts):
    """Lines of JSON of a list of works, sorted by the ids of works."""
    if path.lower().endswith((".csv", ".tsv")):
        separator = "," if path.lower().endswith(".csv") else "\t"
        form = {"sep": separator, "quote": '"', "escape": '"', "multiLine": True, "mode": "FAILFAST"}
        lines = spark.read.csv(path, header=True, **form).toJSON()
    else:
        lines = spark.sparkContext.textFile(path, parts).filter(lambda line: line.strip())

    def keyed(line):
        work = json.loads(line)
        # As the list itself means it: a work without an id is called like its file.
        return ((work.get("id") or work.get("file") or "").strip(), line)

    # Python compares texts by code points, which is the order of their bytes in UTF-8.
    return lines.map(keyed).sortByKey(numPartitions=parts).values()


def main():
    words = argparse.ArgumentParser()
    words.add_argument("what", choices=["codes", "check"])
    words.add_argument("--works")
    words.add_argument("--media")
    words.add_argument("--from", dest="sources")
    words.add_argument("--out", required=True)
    words.add_argument("--parts", type=int, default=8)
    words.add_argument("--sayso", default="sayso")
    words.add_argument("--with", dest="more", action="append", default=[])
    words = words.parse_args()
    # What spark-submit has said holds; alone, it runs on this machine.
    conf = SparkConf().setIfMissing("spark.master", "local[*]").setIfMissing("spark.ui.enabled", "false")
    spark = SparkSession.builder.appName(f"sayso {words.what}").config(conf=conf).getOrCreate()
    if words.what == "codes":
        # A processor for each part: Spark runs as many parts as there are processors.
        command = [words.sayso, "catalogue", "codes", "--works", "-", "--jobs", "1"]
        command += ["--media", words.media] if words.media else []
        lines = works(spark, words.works, words.parts)
    else:
        command = [words.sayso, "check", "--json", "--jobs", "1", *words.more, "--from", "-"]
        lines = spark.sparkContext.textFile(words.sources, words.parts).filter(lambda line: line)
    lines.mapPartitions(through(command)).saveAsTextFile(words.out)
    spark.stop()


if __name__ == "__main__":
    main()
