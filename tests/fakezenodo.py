"""A loopback server that speaks the part of Zenodo's API that is used, and a record of 60 clips."""

import hashlib
import io
import json
import re
import threading
import wave
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

RECORD = "7269161"
RATE_HZ, LENGTH_S = 8000, 1.5
N_CLIPS = {"train": 44, "val": 6, "test": 10}
SOUNDS = {"a dog barks": 300.0, "a bell rings": 1500.0, "birds chirp": 3000.0}
SPLITS = tuple(N_CLIPS)


def names(split):
    """File names of a split's clips, some with ids that begin with - or end like times."""
    ids = [f"{'-_'[i % 2]}{split:_<5}{i:04d}x"[:11] for i in range(N_CLIPS[split])]
    return [f"Y{id_}.wav" for id_ in ids]


def wav(index):
    """A tone in noise that the index chooses, heard from 0.5 s to 1 s."""
    rng = np.random.default_rng(index)
    times_s = np.arange(round(RATE_HZ * LENGTH_S)) / RATE_HZ
    hz = list(SOUNDS.values())[index % len(SOUNDS)]
    tone = np.sin(2 * np.pi * hz * times_s) * ((times_s >= 0.5) & (times_s < 1.0))
    samples = 0.4 * tone + 0.01 * rng.standard_normal(len(times_s))
    content = io.BytesIO()
    with wave.open(content, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return content.getvalue()


def labels(split):
    """A split's labels as they were published; five captions a clip in val and test."""
    items = []
    for index, name in enumerate(names(split)):
        phrase = list(SOUNDS)[index % len(SOUNDS)]
        for number in range(1 if split == "train" else 5):
            items.append(
                {
                    "audiocap_id": 10_000 * SPLITS.index(split) + 10 * index + number,
                    "audio_id": name,
                    "tokens": f"{phrase} once",
                    "phrases": [
                        {
                            "phrase": phrase,
                            "start_index": 0,
                            "end_index": len(phrase.split()) - 1,
                            "segments": [[0.5, 1.0]],
                        }
                    ],
                }
            )
    return items


def contents():
    """Path -> content of everything that was published: `train/`, `val/`, `test/`, labels beside."""
    files = {f"{split}.json": json.dumps(labels(split)).encode() for split in SPLITS}
    for split in SPLITS:
        files |= {f"{split}/{name}": wav(index) for index, name in enumerate(names(split))}
    return files


def zipped(members, *, links=()):
    """A ZIP archive; of `links` the members are symbolic links."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            archive.writestr(info, data)
    return content.getvalue()


def record(files=None):
    """Files of the record: labels by themselves, audio in an archive, and a README."""
    files = contents() if files is None else files
    audio = {name: data for name, data in files.items() if name.endswith(".wav")}
    rest = {name: data for name, data in files.items() if name not in audio}
    return {"audio.zip": zipped(audio), **rest, "README.md": b"AudioGrounding v2"}


def write_folder(folder, files=None):
    """What somebody has who downloaded and unpacked it."""
    for name, data in (contents() if files is None else files).items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


class Zenodo(ThreadingHTTPServer):
    """Serves one record; how it misbehaves is set by its attributes."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = dict(files)
        self.answer = None  # bytes in place of the record's JSON
        self.checksums = {}  # told in place of the right ones, by key
        self.break_after = []  # bytes of a file's body after which it hangs up, in turn
        self.asked = []  # path and Range header of each request

    @property
    def host(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self):
        return f"{self.host}/api/records/{RECORD}"

    def listed(self):
        return [
            {
                "id": f"0-{key}",
                "key": key,
                "size": len(data),
                "checksum": self.checksums.get(key, f"md5:{hashlib.md5(data).hexdigest()}"),
                "links": {"self": f"{self.url}/files/{key}/content"},
            }
            for key, data in self.files.items()
        ]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append((self.path, asked))
        record = f"/api/records/{RECORD}"
        named = re.fullmatch(f"{record}/files/(.+)/content", self.path)
        if self.path == record:
            answer = server.answer or json.dumps({"id": int(RECORD), "files": server.listed()})
            self._send(answer if isinstance(answer, bytes) else answer.encode())
        elif named and named[1] in server.files:
            self._send(server.files[named[1]], asked)
        else:
            self.send_error(404)

    def _send(self, content, asked=None):
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.break_after and self.path.endswith("/content"):
            body = body[: self.server.break_after.pop(0)]
        self.wfile.write(body)

    def log_message(self, *_):
        pass
