#!/usr/bin/env python3
"""Rewrites the trust lists beside this script from new ones; see README.md there."""
import hashlib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
LISTS = ["signers.pem", "stamps.pem"]
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


def written(certs):
    blocks = []
    for body, name in certs.items():
        lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
        blocks.append(
            f"{name}\n-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
        )
    return "\n".join(blocks)


def main():
    if len(sys.argv) != 4 or not re.fullmatch(r"\d{4}-\d\d-\d\d", sys.argv[3]):
        sys.exit("usage: renew.py C2PA-TRUST-LIST.pem C2PA-TSA-TRUST-LIST.pem YYYY-MM-DD")
    readme = (HERE / "README.md").read_text()
    old_sums = re.findall(r"`([0-9a-f]{64})`", readme)
    for name, source, old_sum in zip(LISTS, sys.argv[1:3], old_sums):
        raw = pathlib.Path(source).read_bytes()
        old, new = read((HERE / name).read_text()), read(raw.decode())
        if len(new) != raw.count(b"-----BEGIN CERTIFICATE-----") or not new:
            sys.exit(f"{source}: not every certificate could be read")
        for cert in old.keys() - new.keys():
            print(f"{name}: gone  {old[cert]}")
        for cert in new.keys() - old.keys():
            print(f"{name}: new   {new[cert]}")
        (HERE / name).write_text(written(new))
        readme = readme.replace(old_sum, hashlib.sha256(raw).hexdigest())
        readme = re.sub(
            rf"(\| `{re.escape(name)}` \|.*\| )\d+( \|)", rf"\g<1>{len(new)}\g<2>", readme
        )
        print(f"{name}: {len(new)} certificates")
    (HERE / "README.md").write_text(readme)
    rust = HERE.parent / "src" / "lists.rs"
    day = f'pub const AS_OF: &str = "{sys.argv[3]}";'
    rust.write_text(re.sub(r"pub const AS_OF: &str = \"[^\"]*\";", day, rust.read_text()))
    print("Change the date in README.md and the numbers in the test of src/lists.rs by hand.")


if __name__ == "__main__":
    main()
