"""Clips that are whole files are called by their files' names wherever people read of them."""

import pytest

from audiophrase.clips.file_names import file_names
from audiophrase.report.leakage import leakage_table
from audiophrase.report.page import page
from audiophrase.report.players import players

NAMES = {"Y14d721b2bd": "лес/дождь.wav"}


def test_names_are_those_of_whole_files_and_tell_no_folder_of_the_machine():
    clips = [
        {"clip_id": "Y14d721b2bd", "filename": "лес/дождь.wav", "start_s": None},
        {"clip_id": "Yb", "filename": "/home/someone/дождь.wav", "start_s": None},
        {"clip_id": "Ya1b2c3d4e5F_0_10000", "filename": "a1b2c3d4e5F_0_10.wav", "start_s": 0.0},
    ]
    assert file_names(clips) == NAMES | {"Yb": "дождь.wav"}


def test_clips_of_one_name_are_told_apart():
    clips = [
        {"clip_id": clip_id, "filename": filename, "start_s": None}
        for clip_id, filename in (("Ya", "/a/1.wav"), ("Yb", "/b/1.wav"), ("Yc", "2.wav"))
    ]
    assert file_names(clips) == {"Ya": "1.wav (Ya)", "Yb": "1.wav (Yb)", "Yc": "2.wav"}


def test_figures_and_leaks_tell_them():
    played = players([("Y14d721b2bd", "rain"), ("Yother", "wind")], {}, NAMES)
    assert [player.name for player in played] == ["лес/дождь.wav", "Yother"]
    row = {"kind": "audio", "overlap_s": None, "left_out": False}
    row |= {"dataset": "mine", "split": "train", "clip_id": "Y14d721b2bd"}
    row |= {"other_dataset": "mine", "other_split": "test", "other_clip_id": "Yother"}
    splits = {split: ["mine"] for split in ("train", "val", "test")}
    table = leakage_table([row], splits=splits, exclude_leaks=False, names=NAMES)
    pair = table.blocks[1].cells.iloc[0]
    assert (pair["clip"], pair["and clip"]) == ("лес/дождь.wav", "Yother")
    assert table.tidy["clip_id"].tolist() == ["Y14d721b2bd"]  # what programs read


@pytest.mark.parametrize("name", ["Café 3.wav", None])
def test_the_list_of_clips_without_audio_tells_them(page_contents, availability, name):
    unusable = next(row["clip_id"] for row in availability if row["state"] == "missing")
    html = page(page_contents(names={unusable: name} if name else {}))
    assert f">{name or unusable}<" in html.replace("</bdi>", "").replace("<bdi>", "")
