"""What the explorer's files hold: the numbers of evaluation, and text that stays text."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
from explorer_contents import HOP_S, N_FRAMES, PHRASES, SCRIPT, THRESHOLDS, clips, contents, run

from audiophrase import manifests, tables
from audiophrase.errors import ArtifactError
from audiophrase.evaluate import sed
from audiophrase.explorer import detection, site, spectrum
from audiophrase.explorer.folder import replace_folder
from audiophrase.explorer.runs import shown
from audiophrase.explorer.script import packed, script


def handed_over(content: bytes) -> tuple[str, object]:
    """The name and the value of a script of data."""
    text = content.decode()
    return json.loads(f"[{text.removeprefix('audiophrase.arrived(').removesuffix(');' + chr(10))}]")


@pytest.fixture(scope="module")
def files():
    return dict(site.files(contents()))


def test_counts_by_clip_add_up_to_the_run_s_curve(files, expected):
    _, data = handed_over(files["data.js"])
    for index, curve in enumerate(expected.curves):
        _, summary = handed_over(files[f"runs/{index}/all.js"])
        counts = {key: np.array(summary["detection"][key]) for key in ("predicted", "hit")}
        n_active = sum(summary["detection"]["active"])
        for point in curve:
            k = data["thresholds"].index(point["threshold"])
            predicted, hit = (int(counts[key][:, k].sum()) for key in ("predicted", "hit"))
            assert hit / predicted == point["precision"]
            assert hit / n_active == point["recall"]
            assert 2 * hit / (predicted + n_active) == point["f1"]
    assert data["thresholds"][data["reported"]] == 0.5


def test_a_run_whose_scores_are_not_those_of_its_curve_is_refused():
    other = replace(run("paper/1", 1), curve=run("paper/1", 2).curve)
    with pytest.raises(ArtifactError, match=r"come to F1 .* its curve says"):
        shown(other, clips(), THRESHOLDS, {})


def test_average_precision_of_a_clip_is_that_of_its_frames(files, expected):
    _, summary = handed_over(files["runs/0/all.js"])
    own = [name for name, (caption, *_) in PHRASES.items() if caption in ("c0", "c1")]
    exact = sed.curve(
        np.concatenate([expected.scores[name] for name in own]),
        np.concatenate([expected.active[name] for name in own]),
    )
    assert summary["detection"]["ap"][0] == sed.curve_average_precision(exact)
    assert summary["detection"]["ap"][2:] == [None, None], "never heard; without a phrase"


def test_phrases_are_alike_whatever_their_letters_case_and_words_are_those_of_phrases(files):
    detected = handed_over(files["runs/0/all.js"])[1]["detection"]
    of_phrase = {row["text"]: row["n"] for row in detected["by_phrase"]}
    assert of_phrase["rain falls"] == 2
    assert len(of_phrase) == 4
    of_word = {row["text"]: row["n"] for row in detected["by_word"]}
    assert of_word == {"dog": 1, "barks": 1, "rain": 3, "falls": 2, "كلب": 1}
    known = [row["ap"] for row in detected["by_phrase"]]
    assert known[-1] is None
    assert known[:-1] == sorted(known[:-1])


def test_a_score_at_the_threshold_reaches_it():
    scores = np.array([0.5, 0.4999, 0.1, 0.1], np.float32)
    pair = detection.Pair(0, "x", (), scores, np.array([True, False, True, False]))
    counts = detection.count([pair], 2, np.array([0.1, 0.5, 0.9]))
    # 0.1 as float32 lies a little above 0.1 as float64.
    assert counts.predicted[0].tolist() == [4, 1, 0]
    assert counts.hit[0].tolist() == [2, 1, 0]
    assert counts.active.tolist() == [2, 0]


def test_ranks_and_confusions_are_those_of_the_rankings(files):
    _, summary = handed_over(files["runs/0/all.js"])
    assert summary["clip_rank"] == [2, 2, 2, None]
    assert summary["caption_rank"] == [2, 1, 2, 2, None]
    # Of caption 3 the own clip, number 2, is in the first place of the list, and is no confusion.
    assert summary["confusions"] == [
        {"caption": 0, "instead": 2, "rank": 2},
        {"caption": 2, "instead": 2, "rank": 2},
        {"caption": 3, "instead": 1, "rank": 2},
    ]


def test_scores_and_similarities_are_handed_over_as_they_are(files, expected):
    _, clip = handed_over(files["runs/0/0.js"])
    scores = np.frombuffer(base64.b64decode(clip["scores"]["p0"]), "<f4")
    assert np.array_equal(scores, expected.scores["p0"])
    assert len(base64.b64decode(clip["similarities"])) == 4 * N_FRAMES
    assert (clip["hop_s"], clip["n_frames"]) == (HOP_S, N_FRAMES)


def test_no_text_ends_a_script_or_a_line(files):
    for name, content in files.items():
        if name.endswith(".js") and not name.startswith("assets/"):
            assert content.isascii()
            assert not set(b"<>&") & set(content), name
            assert content.count(b"\n") == 1, name
    assert SCRIPT.encode() not in files["index.html"]
    assert handed_over(files["data.js"])[1]["clips"][1]["id"] == SCRIPT


def test_names_of_files_are_numbers_whatever_the_clips_are_called(files):
    assert {name.split("/")[0] for name in files} == {
        *("assets", "clips", "runs"),
        *("data.js", "index.html"),
    }
    assert {"clips/0.ogg", "clips/0.png", "clips/3.js"} <= set(files)
    assert "clips/3.ogg" not in files, "that clip has no sound"


def test_the_same_contents_are_the_same_bytes(files):
    assert dict(site.files(contents())) == files


def test_without_sound_the_page_says_so():
    page = dict(site.files(contents(sound=site.LEFT_OUT, opus_of=lambda clip_id: None)))
    assert not [name for name in page if name.endswith(".ogg")]
    assert b"figures.audio: true" in page["index.html"]
    page = dict(site.files(contents(sound=site.NOT_HERE, opus_of=lambda clip_id: None)))
    assert b"were not here" in page["index.html"]


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script("x", [float("nan")])
    assert packed(np.array([1.0]), "f4") == base64.b64encode(b"\x00\x00\x80\x3f").decode()


def test_a_long_clip_keeps_its_peaks_in_a_picture_that_is_not_as_long():
    frames = np.full((5001, 4), -10.0)
    frames[1234, 2] = 0.0
    from io import BytesIO

    from PIL import Image

    image = np.asarray(Image.open(BytesIO(spectrum.png(frames, is_log_power=True))))
    assert image.shape == (4, 1667)
    assert image[1, 411] == 255, "the third value from below, at frame 1234 of three a column"
    assert (image == 0).sum() == image.size - 1


def test_a_folder_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "explorer"
    replace_folder(folder, [("a/old.js", b"1"), ("index.html", b"1")])

    def failing():
        yield "index.html", b"2"
        raise ArtifactError("no", "x")

    with pytest.raises(ArtifactError):
        replace_folder(folder, failing())
    assert (folder / "a/old.js").read_bytes() == b"1"
    replace_folder(folder, [("index.html", b"3")])
    names = sorted(path.name for path in tmp_path.rglob("*"))
    assert names == ["explorer", "files.json", "index.html"]
    listed = tables.read_json(folder / "files.json")["md5"]
    assert listed == {"index.html": manifests.md5(folder / "index.html")}
    with pytest.raises(ValueError, match="leads out"):
        replace_folder(folder, [("../../x", b"")])
