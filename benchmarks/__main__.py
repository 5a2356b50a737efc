"""Runs the benchmarks and puts their rows into one table and into results/benchmarks.json.

A benchmark is a script of this folder. Rows that it publishes (comparison.py) are joined; what it
prints besides is shown as it comes.

Usage: python benchmarks [NAME …]    (all, where none is named)
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison import ROWS, Row, table

HERE = Path(__file__).parent
RESULT = HERE.parent / "results" / "benchmarks.json"
NOT_BENCHMARKS = {"__main__", "comparison", "made_up"}


def main() -> int:
    known = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    names = sys.argv[1:] or known
    if unknown := sorted(set(names) - set(known)):
        print(f"error: no benchmark {unknown[0]}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    measured, failed = {}, []
    for name in names:
        print(f"\n## {name}\n", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.json"
            command = [sys.executable, str(HERE / f"{name}.py")]
            done = subprocess.run(command, env=os.environ | {ROWS: str(path)}, check=False)
            if done.returncode:
                failed.append(name)
            elif path.exists():
                measured[name] = json.loads(path.read_text(encoding="utf-8"))
    rows = {**kept.get("rows", {}), **measured}
    RESULT.parent.mkdir(exist_ok=True)
    result = {"machine": f"{platform.machine()}, {os.cpu_count()} cores", "rows": rows}
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if len(measured) > 1:
        print(
            f"\n## All\n\n{table([Row(**row) for table_rows in measured.values() for row in table_rows])}"
        )
    print(f"\nkept in {RESULT.relative_to(HERE.parent)}")
    if failed:
        print(f"error: failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
