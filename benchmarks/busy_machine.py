"""A training step beside other programs: as OpenMP waits by default, and as it waits in our jobs.

The same step, two threads, alone and beside one and two loops that never end. What to expect: two
threads and two loops share two cores, so that a step takes twice as long as alone where nothing is
lost. By default each thread spins on its core until the other, which waits for that core, is done.
"""

import argparse
import statistics

from comparison import compare, publish
from training_step import environment, time_steps

from audiophrase import threads

GOALS = {0: 0.95}  # on a quiet machine at most 5 % may be lost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    n_rounds = parser.parse_args().rounds
    ours = environment("float32")
    waits = {name for name in threads.ENVIRONMENT if not name.endswith("_NUM_THREADS")}
    by_default = {name: value for name, value in ours.items() if name not in waits}
    contestants = {"default": ("float32", by_default), "ours": ("float32", ours)}
    rows, alone = [], None
    for n_busy in range(3):
        seconds = {
            name: [wall for wall, _ in both]
            for name, both in time_steps(contestants, n_rounds, n_busy=n_busy).items()
        }
        alone = alone or statistics.median(seconds["ours"])
        slower = statistics.median(seconds["ours"]) / alone
        rows.append(
            compare(
                f"training step beside {n_busy} busy loops",
                seconds["default"],
                seconds["ours"],
                goal=GOALS.get(n_busy),
                remark=f"ours takes {slower:.1f} times as long as alone",
            )
        )
    publish(rows)


if __name__ == "__main__":
    main()
