"""Takes a task a line and answers a line: iscc-sdk, and libjpeg-turbo inside Pillow.

Times are of the processor, starting Python is not part of them. No metadata, no thumbnail: the
picture's code alone, or with the codes and the hash of the file's bytes.
"""

import json
import sys
import time

import iscc_sdk
from PIL import Image


def iscc(path):
    iscc_sdk.code_image(path, extract_meta=False, create_thumb=False)


def all_codes(path):
    iscc(path)
    iscc_sdk.code_data(path)
    iscc_sdk.code_instance(path)


def eighth(path):
    """An eighth of a JPEG in grey, as `djpeg` does it, without starting a process."""
    image = Image.open(path)
    image.draft("L", (image.width // 8, image.height // 8))
    image.load()


TASKS = {"iscc-sdk": iscc, "iscc-sdk all": all_codes, "pillow 1/8": eighth}
warm = set()

for line in sys.stdin:
    task = json.loads(line)
    try:
        run = TASKS[task["task"]]
        if task["task"] not in warm:
            warm.add(task["task"])
            run(task["file"])
        count, since, start = 0, time.monotonic(), time.process_time()
        while count == 0 or time.monotonic() - since < task["least"] / 1000:
            run(task["file"])
            count += 1
        answer = {"ms": (time.process_time() - start) * 1000 / count}
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
