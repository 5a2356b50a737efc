"""Time and memory of taking the captions' words out of a word2vec file, beside gensim's full load.

Makes a binary word2vec file of the size of Google News (three million words, 300 dimensions, 3.6 GB)
in a temporary folder, then lets each read it in a process of its own, in turn, and compares the
vectors. Nothing is compared with a time that was.

Usage: python benchmarks/word_vectors.py [--words 3000000] [--repeats 5] [--gzip]
"""

import argparse
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from comparison import compare, publish

N_DIMENSIONS = 300
N_WANTED = 2000  # the captions of AudioGrounding have 1,701 different words
WORDS_AT_ONCE = 50_000
KEYS = ("time_s", "cpu_s", "peak_mb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", type=int, default=3_000_000, help="default: %(default)s")
    parser.add_argument("--repeats", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--gzip", action="store_true", help="the file gzipped, as it is released")
    parser.add_argument("--folder", type=Path, help="where the file is made and removed again")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        return read(arguments.read[0], Path(arguments.read[1]), arguments.words)
    n_bytes = arguments.words * (4 * N_DIMENSIONS + 25) * (2 if arguments.gzip else 1)
    if (n_free := shutil.disk_usage(arguments.folder or tempfile.gettempdir()).free) < n_bytes:
        parser.exit(
            1,
            f"error: {n_bytes / 1e9:.1f} GB are needed for the file, {n_free / 1e9:.1f} GB are free; "
            "name another folder with --folder, or fewer --words\n",
        )
    with tempfile.TemporaryDirectory(prefix="audiophrase-bench-", dir=arguments.folder) as folder:
        path = make_file(Path(folder), arguments.words, packed=arguments.gzip)
        size = f"{path.stat().st_size / 1e9:.2f} GB"
        print(f"{path.name}: {arguments.words:,} words, {N_DIMENSIONS} dimensions, {size}\n")
        compare_readers(path, arguments.words, arguments.repeats)


def make_file(folder: Path, n_words: int, *, packed: bool) -> Path:
    """A file as the word2vec program writes it: no line feed behind a vector."""
    rng = np.random.default_rng(1)
    path = folder / "vectors.bin"
    with path.open("wb") as file:
        file.write(b"%d %d\n" % (n_words, N_DIMENSIONS))
        for first in range(0, n_words, WORDS_AT_ONCE):
            n = min(WORDS_AT_ONCE, n_words - first)
            # Two significant bytes of four, so that gzip finds about what it does in Google News.
            values = rng.standard_normal((n, N_DIMENSIONS), dtype=np.float32)
            values = (values.view(np.uint32) & 0xFFFF0000).view("<f4")
            file.write(
                b"".join(b"%b %b" % (word(first + i), values[i].tobytes()) for i in range(n))
            )
    if not packed:
        return path
    with path.open("rb") as source, gzip.open(folder / "vectors.bin.gz", "wb", 1) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    path.unlink()
    return folder / "vectors.bin.gz"


def word(index: int) -> bytes:
    return f"{hashlib.md5(str(index).encode()).hexdigest()[: 3 + index % 12]}_{index}".encode()


def read(reader: str, path: Path, n_words: int) -> None:
    """The work of one process: prints its seconds, its peak memory, and a digest of the vectors."""
    wanted = [word(index).decode() for index in range(0, n_words, max(1, n_words // N_WANTED))]
    if reader == "gensim":
        from gensim.models import KeyedVectors as module
    else:
        from audiophrase.text import word2vec as module
    began, began_cpu = time.perf_counter(), time.process_time()
    if reader == "gensim":
        vectors = module.load_word2vec_format(path, binary=True)
    else:
        vectors = module.read_vectors(path, wanted)
    time_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    # Not ru_maxrss, which counts what the parent had when it started this process.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak_mb = int(status["VmHWM"].removesuffix("kB")) / 1024
    digest = hashlib.sha256(b"".join(vectors[name].tobytes() for name in wanted)).hexdigest()
    print(json.dumps({"time_s": time_s, "cpu_s": cpu_s, "peak_mb": peak_mb, "digest": digest}))


def compare_readers(path: Path, n_words: int, n_repeats: int) -> None:
    by_reader: dict[str, list[dict]] = {"gensim": [], "audiophrase": []}
    for _ in range(n_repeats):
        for reader, runs in by_reader.items():
            command = [sys.executable, __file__, "--words", str(n_words), "--read", reader, path]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout))
    assert len({run["digest"] for runs in by_reader.values() for run in runs}) == 1
    by_key = {
        key: {name: [run[key] for run in runs] for name, runs in by_reader.items()} for key in KEYS
    }
    what = f"vectors of {N_WANTED:,} of {n_words:,} words"
    remark = f"gensim loads all; {path.suffix.removeprefix('.')}, {n_repeats} rounds in turn"
    rows = [
        compare(
            what, by_key["time_s"]["gensim"], by_key["time_s"]["audiophrase"], goal=5, remark=remark
        ),
        compare(
            f"{what}, processor time",
            by_key["cpu_s"]["gensim"],
            by_key["cpu_s"]["audiophrase"],
            goal=None,
        ),
        compare(
            f"{what}, peak memory",
            by_key["peak_mb"]["gensim"],
            by_key["peak_mb"]["audiophrase"],
            goal=10,
            show=lambda megabytes: f"{megabytes:,.0f} MB",
        ),
    ]
    publish(rows)


if __name__ == "__main__":
    main()
