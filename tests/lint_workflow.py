"""Fails on whatever `snakemake --lint` says, but for what a comment in common.smk answers."""

import re
import subprocess
import sys

ANSWERED = ("Specify a conda environment or container for each rule.",)


def main() -> int:
    command = [sys.executable, "-m", "snakemake", "--lint"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    text = printed.stdout + printed.stderr
    remarks = [
        block for block in re.split(r"(?m)^(?=    \* |Lints for )", text) if "    * " in block
    ]
    unanswered = [r for r in remarks if not any(known in r for known in ANSWERED)]
    if unanswered or (printed.returncode and not remarks):
        print("\n".join(unanswered) or text, file=sys.stderr)
        return 1
    print(f"snakemake --lint: {len(remarks)} remarks, all answered in workflow/rules/common.smk")
    return 0


if __name__ == "__main__":
    sys.exit(main())
