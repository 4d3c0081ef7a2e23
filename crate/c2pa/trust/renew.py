#!/usr/bin/env python3
"""Rewrites the trust lists beside this script from new ones; see README.md there."""
import datetime
import hashlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
LISTS = ["signers.pem", "stamps.pem"]
# The licence of the lists asks that their author and the change be named wherever they go.
HEAD = """{title}, (c) Coalition for Content Provenance and Authenticity (C2PA), CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), from https://github.com/c2pa-org/conformance-public
Changed: only the certificates and their names are kept.

"""
TITLES = ["C2PA Trust List", "C2PA TSA Trust List"]
BLOCK = re.compile(
    r"([^\n]*)\n-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.S
)


def read(text):
    """Certificate -> the line above it, which names its subject."""
    text = "\n" + text.replace("\r", "")
    return {
        "".join(body.split()): re.sub(r"^Subject\s+", "", name.strip())
        for name, body in BLOCK.findall(text)
    }


def written(title, certs):
    blocks = []
    for body, name in certs.items():
        lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
        blocks.append(
            f"{name}\n-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
        )
    return HEAD.format(title=title) + "\n".join(blocks)


def main():
    if len(sys.argv) != 4 or not re.fullmatch(r"\d{4}-\d\d-\d\d", sys.argv[3]):
        sys.exit("usage: renew.py C2PA-TRUST-LIST.pem C2PA-TSA-TRUST-LIST.pem YYYY-MM-DD")
    readme = (HERE / "README.md").read_text()
    old_sums = re.findall(r"`([0-9a-f]{64})`", readme)
    counts = []
    for title, name, source, old_sum in zip(TITLES, LISTS, sys.argv[1:3], old_sums):
        raw = pathlib.Path(source).read_bytes()
        old, new = read((HERE / name).read_text()), read(raw.decode())
        if len(new) != raw.count(b"-----BEGIN CERTIFICATE-----") or not new:
            sys.exit(f"{source}: not every certificate could be read")
        for cert in old.keys() - new.keys():
            print(f"{name}: gone  {old[cert]}")
        for cert in new.keys() - old.keys():
            print(f"{name}: new   {new[cert]}")
        (HERE / name).write_text(written(title, new))
        counts.append(len(new))
        readme = readme.replace(old_sum, hashlib.sha256(raw).hexdigest())
        readme = re.sub(
            rf"(\| `{re.escape(name)}` \|.*\| )\d+( \|)", rf"\g<1>{len(new)}\g<2>", readme
        )
        print(f"{name}: {len(new)} certificates")
    day = datetime.date.fromisoformat(sys.argv[3])
    readme = re.sub(r"As of \d+ \w+ \d{4}\.", f"As of {day.day} {day:%B %Y}.", readme)
    (HERE / "README.md").write_text(readme)
    rust = HERE.parent / "src" / "lists.rs"
    text = rust.read_text()
    text = re.sub(r'pub const AS_OF: &str = "[^"]*";', f'pub const AS_OF: &str = "{day}";', text)
    for list_name, count in zip(["SIGNERS", "STAMPS"], counts):
        text = re.sub(
            rf"count\({list_name}\), \(\d+, \d+\)", f"count({list_name}), ({count}, {count})", text
        )
    lengths = f"({counts[0]}, {counts[1]})"
    text = re.sub(r"stamps\(\)\.len\(\)\), \(\d+, \d+\)", f"stamps().len()), {lengths}", text)
    rust.write_text(text)


if __name__ == "__main__":
    main()
