"""The server as a process: `python -m fakeyoutube --media FOLDER --state FILE`."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from fakeyoutube.scenarios import SCENARIOS
from fakeyoutube.server import FakeYoutube


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m fakeyoutube", description=__doc__)
    parser.add_argument("--media", type=Path, required=True, help="folder for the recordings")
    parser.add_argument("--state", type=Path, help="JSON file with port and environment")
    parser.add_argument(
        "--until-eof", action="store_true", help="end when nobody holds the other end of stdin"
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--video", action="append", default=[], metavar="ID=SCENARIO", help=", ".join(SCENARIOS)
    )
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: exit_now())
    with FakeYoutube(media=arguments.media, port=arguments.port) as fake:
        fake.configure(dict(pair.split("=", 1) for pair in arguments.video))
        started = {"port": fake.port, "pid": os.getpid(), "environment": fake.environment}
        if arguments.state is not None:
            unfinished = arguments.state.with_suffix(".tmp")
            unfinished.write_text(json.dumps(started))
            os.replace(unfinished, arguments.state)
        else:
            print(json.dumps(started), flush=True)
        if arguments.until_eof:
            sys.stdin.read()  # nothing: it ends with the process at the other end, however that ends
            exit_now()
        signal.pause()


def exit_now() -> None:
    """End the process: nothing is worth saving."""
    os._exit(0)


if __name__ == "__main__":
    main()
