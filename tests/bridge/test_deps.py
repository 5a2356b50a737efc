"""What a DVC stage reads: files of other stages, sources, and a user's folder as one."""

from audiophrase.bridge.graph import Job
from audiophrase.bridge.stages import _deps


def job(**given) -> Job:
    return Job(
        **(
            {
                "rule": "local_clips",
                "wildcards": {},
                "command": "",
                "outputs": (),
                "is_needed": True,
                "is_known": True,
            }
            | given
        )
    )


def test_recordings_are_stood_for_by_their_folder_however_deep_they_lie():
    jobs = [
        job(
            inputs=("src/a.py", "sounds/x.wav", "sounds/2019/may/y.wav"),
            params={"folder": "sounds"},
        ),
        job(inputs=("src/a.py",), params={"folder": "sounds"}),
    ]
    assert _deps(jobs, ("clips", ""), {}, {"stages": {}}) == {"src/a.py", "sounds"}
    assert _deps(jobs[1:], ("clips", ""), {}, {"stages": {}}) == {"src/a.py", "sounds"}
    beside = [job(inputs=("soundscapes/z.wav",), params={"folder": None})]
    assert _deps(beside, ("clips", ""), {}, {"stages": {}}) == {"soundscapes/z.wav"}
