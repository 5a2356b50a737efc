"""The figures: the same bytes every time, and what they show."""

import importlib
import warnings
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from audiophrase.errors import ArtifactError, ParamsError
from audiophrase.features.parameters import LogMelParams
from audiophrase.report import catalogue, style
from audiophrase.report.cells import NO_PHRASES_NOTE
from audiophrase.report.examples import Event, Example
from audiophrase.report.inputs import Spectrum
from audiophrase.report.parameters import FiguresParams

N_MELS = 16
HOP_S = 0.02
EXAMPLE = Example(
    "Yx_0_1000",
    r"a $5 toy $\frac{ squeaks & <b>honks</b> " + "for a very long time " * 12,
    (
        Event("a $5 toy $ squeaks and squeaks " * 3, "0-0", ((0.1, 0.4), (0.5, 0.8))),
        Event("honks", "0-1", ()),
    ),
)
HISTORY = pd.DataFrame(
    {
        "epoch": [1, 2, 3, 4],
        "learning_rate": [0.1, 0.1, 0.01, 0.01],
        "train_loss": [2.0, 1.8, 1.7, 1.6],
        "val_loss": [2.0, 1.7, 1.7, 1.9],
    }
)
THRESHOLDS = np.array([0.1, 0.5, 0.9])


CAPTIONS = [
    {
        "clip_id": EXAMPLE.clip_id,
        "split": "test",
        "caption_id": "0",
        "caption": EXAMPLE.caption,
    }
]
PHRASES = [
    {
        "clip_id": EXAMPLE.clip_id,
        "split": "test",
        "caption_id": "0",
        "phrase_id": event.phrase_id,
        "phrase": event.phrase,
        "first_token": index,
        "segments": [
            {"onset_s": onset_s, "offset_s": end_s} for onset_s, end_s in event.segments_s
        ],
    }
    for index, event in enumerate(EXAMPLE.events)
]
CURVES = pd.concat(
    pd.DataFrame(
        {
            "aggregation": aggregation,
            "threshold": THRESHOLDS,
            "precision": 0.5 + THRESHOLDS / 3,
            "recall": 1 - THRESHOLDS,
            "f1": 0.7 - THRESHOLDS / 2,
        }
    )
    for aggregation in ("mean", "max", "random")
)
SETTINGS = {
    "features": LogMelParams(0.04, HOP_S, N_MELS, 50.0, 8000.0, 1e-10, sample_rate_hz=16000),
    "evaluate.sed": SimpleNamespace(reported_threshold=0.5),
    "figures": FiguresParams(dpi=50, example_clip=0, n_alignments=3),
}
PAPER_RUN = "results/{dataset}/runs/paper/seed-{first_seed}"
FIGURES = catalogue.figures()


@pytest.fixture
def contents(make_metrics, availability):
    """What is read, by the paths that figures name."""
    log_mel = np.random.default_rng(1).normal(size=(50, N_MELS)).astype(np.float32)
    log_mel[:5] = -36.0  # digital silence
    scores = [np.linspace(0, 1, 50), np.zeros(50)]
    return {
        "data/{dataset}/annotations/captions.parquet": pa.Table.from_pylist(CAPTIONS),
        "data/{dataset}/annotations/phrases.parquet": pa.Table.from_pylist(PHRASES),
        "data/{dataset}/availability.parquet": pa.Table.from_pylist(availability),
        "data/{dataset}/features/{front_end}/{test_shard}.parquet": {
            EXAMPLE.clip_id: Spectrum(log_mel, HOP_S)
        },
        f"{PAPER_RUN}/sed_curve.csv": CURVES,
        f"{PAPER_RUN}/sed.json": {"measures": make_metrics()["sed"]},
        f"{PAPER_RUN}/sed_scores.parquet": pa.table(
            {"phrase_id": ["0-0", "0-1"], "scores": scores}
        ),
        "results/{dataset}/runs/paper/seed-{seed}/history.csv": {"1": HISTORY},
    }


@pytest.fixture
def draw(contents):
    """Function from a figure's name, and what it reads where that is not the usual, to the figure."""

    def make(name, audio="rendered", settings=SETTINGS, beside_paper=True, **other):
        module = importlib.import_module(f"audiophrase.report.figures.{name}")
        read = {key: contents[form] for key, form in module.READS.items()}
        of_all = {"settings": settings, "audio": audio, "beside_paper": beside_paper}
        return module.draw(**read | other, **of_all)

    return make


def texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text)]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_made_twice_has_the_same_bytes_and_tells_no_date(name, draw):
    first, second = style.svg(draw(name)), style.svg(draw(name))
    assert first == second
    assert b"<dc:date>" not in first
    assert matplotlib.__version__.encode() not in first
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        assert style.svg(draw(name)) == first  # whatever the user's own settings are
    png = style.png(draw(name), dpi=50)
    assert png == style.png(draw(name), dpi=50)
    assert b"Software" not in png


@pytest.mark.parametrize("name", FIGURES)
def test_rendered_audio_is_said_inside_the_picture(name, draw):
    assert "rendered audio" in texts(draw(name))
    assert "rendered audio" not in texts(draw(name, audio="recorded"))


@pytest.mark.parametrize("name", FIGURES)
def test_everything_lies_inside_the_picture(name, draw):
    figure = draw(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    tight, page = figure.get_tightbbox(), figure.bbox_inches
    assert tight.x0 >= -0.02
    assert tight.y0 >= -0.02
    assert tight.x1 <= page.width + 0.02
    assert tight.y1 <= page.height + 0.02


def test_boxes_stand_where_the_phrase_is_heard(draw):
    frames, lanes, *_ = draw("alignment").axes
    (bars,) = [bars for bars in lanes.collections if len(bars.get_paths())]
    boxes = [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in bars.get_paths()]
    assert boxes == [(0.1, pytest.approx(0.4)), (0.5, pytest.approx(0.8))]
    assert [*frames.patches, *frames.collections, *frames.lines] == []  # nothing covers the sound


def test_each_phrase_has_one_line_in_the_colour_of_its_boxes(draw):
    _, lanes, lower, *_ = draw("alignment").axes
    assert lower.lines[0].get_color() == style.line_style(0)["color"]
    (colour,) = lanes.collections[0].get_facecolor()
    assert tuple(colour) == matplotlib.colors.to_rgba(lower.lines[0].get_color())
    assert lower.lines[0].get_xdata()[-1] == pytest.approx(49 * HOP_S)
    assert lower.lines[1].get_label() == "honks (not heard)"


def test_only_phrases_that_were_scored_are_aligned(draw):
    scores = pa.table({"phrase_id": ["0-1"], "scores": [np.zeros(50)]})
    labels = [line.get_label() for line in draw("alignment", scores=scores).axes[2].lines]
    assert labels == ["honks (not heard)", "threshold"]


def test_the_mean_is_drawn_where_there_are_other_scores(draw):
    others = {"scores_max": [np.ones(50)] * 2, "scores": [np.full(50, 0.25)] * 2}
    scores = pa.table({"phrase_id": ["0-0", "0-1"], **others})
    assert set(draw("alignment", scores=scores).axes[2].lines[0].get_ydata()) == {0.25}
    without = draw("alignment", scores=scores.drop_columns("scores"))
    assert set(without.axes[2].lines[0].get_ydata()) == {1.0}


@pytest.mark.parametrize("name", ["example_pair", "alignment"])
def test_a_rank_that_there_is_not_and_clips_without_audio_are_refused(name, draw):
    second = SETTINGS | {"figures": FiguresParams(dpi=50, example_clip=1, n_alignments=3)}
    with pytest.raises(ParamsError, match="example_clip is 1, but only 1 test clips"):
        draw(name, settings=second)
    with pytest.raises(ArtifactError, match="no test clip has audio"):
        draw(name, features={})


def test_the_epoch_whose_weights_are_kept_is_marked(draw):
    marks = {line.get_label(): line for line in draw("training").axes[0].lines}
    assert list(marks["best epoch (kept)"].get_xdata()) == [3]  # of equal losses the last
    assert list(marks["learning rate lowered"].get_xdata()) == [3]


def test_seeds_are_told_apart(draw):
    figure = draw("training", histories={"1": HISTORY, "7": HISTORY})
    labels = [line.get_label() for line in figure.axes[0].lines]
    assert "validation, seed 1" in labels
    assert "validation, seed 7" in labels
    marks = figure.axes[0].lines[labels.index("best epoch (kept)")]
    assert len(marks.get_xdata()) == 2


def test_best_f1_is_marked_for_the_model_and_not_for_random_scores(draw):
    told = texts(draw("sed_thresholds").axes[2].figure)
    assert "mean: best 0.63 at 0.42" in told
    assert "max: best 0.73 at 0.42" in told
    assert not any(text.startswith("random: best") for text in told)


def test_availability_counts_states_and_stands_beside_the_paper(draw):
    told = texts(draw("availability"))
    assert "2 of 3 (66.7 %); 1 of them short" in told
    assert "published: 4,253 of 4,489 (94.7 %)" in told
    assert "missing: account terminated" in told
    assert "silent" in told


def test_the_paper_stands_beside_its_own_clips_alone(draw):
    figure = draw("availability", audio="recorded", beside_paper=False)
    figure.canvas.draw()
    told = texts(figure)
    assert "2 of 3 (66.7 %); 1 of them short" in told
    assert not any("published" in text for text in told)
    assert {bar.get_y() + bar.get_height() / 2 for bar in figure.axes[0].patches} == {0, 1, 2}
    assert figure.axes[1].get_ylim() == (len(figure.axes[1].get_yticks()) - 0.5, -0.9)


def test_a_caption_without_phrases_is_drawn_without_bars(draw):
    captions = pa.Table.from_pylist([CAPTIONS[0] | {"caption": "a toy squeaks"}])
    phrases = pa.Table.from_pylist(PHRASES)[:0]
    figure = draw("example_pair", audio="recorded", captions=captions, phrases=phrases)
    figure.canvas.draw()
    assert "“a toy squeaks”" in texts(figure)
    upper = figure.axes[0]
    assert len(figure.axes) == 2  # the other is its colour bar
    assert upper.get_xlabel() == "time (s)"
    assert any(text.get_text() and text.get_visible() for text in upper.get_xticklabels())


@pytest.mark.parametrize("name", [name for name in FIGURES if FIGURES[name].needs_phrases])
def test_a_figure_of_phrases_says_why_it_is_empty(name, draw):
    without = {
        "alignment": {"scores": pa.table({"phrase_id": [], "scores": []})},
        "sed_thresholds": {"curves": CURVES[:0], "summary": {"measures": {}}},
    }
    assert set(texts(draw(name, **without[name]))) == {NO_PHRASES_NOTE, "rendered audio"}


def test_an_empty_figure_says_why():
    figure = style.nothing_to_show("no phrases", audio="rendered")
    assert {"no phrases", "rendered audio"} == set(texts(figure))
    assert style.svg(figure) == style.svg(style.nothing_to_show("no phrases", audio="rendered"))


def test_no_missing_clip_and_an_empty_split_are_said_plainly(draw, availability):
    usable = [row | {"state": "ok", "reason": None} for row in availability]
    usable = [row for row in usable if row["split"] != "val"]
    told = texts(draw("availability", availability=pa.Table.from_pylist(usable)))
    assert any(text.startswith("None: every annotated clip") for text in told)
    assert "0 of 0" in told


def test_reasons_are_counted_by_split_beside_the_papers_missing_clips(draw):
    told = texts(draw("availability"))
    assert {"236", "240", "published, whatever the reason"} <= set(told)


def test_unresolved_clips_are_hatched_and_counted_apart(draw, availability):
    rows = [*availability, availability[0] | {"state": "unresolved", "reason": "rate-limited"}]
    figure = draw("availability", availability=pa.Table.from_pylist(rows))
    assert "2 of 4 (50.0 %); 1 of them short; 1 others unresolved" in texts(figure)
    bars = [bar for bar in figure.axes[1].patches if bar.get_hatch() and bar.get_width()]
    assert [bar.get_width() for bar in bars] == [1]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("example_pair", "is heard at 0.1–0.4 and 0.5–0.8 s. “honks” is not heard."),
        (
            "alignment",
            "annotated at 0.1–0.4 and 0.5–0.8 s, mean similarity 0.45 there and 0.58 elsew",
        ),
        ("sed_thresholds", "mean precision 0.60, recall 0.61, F1 0.62, best 0.63 at 0.42; max"),
        ("training", "the validation loss from 2.00 to 1.90; it is lowest in epoch 3, at 1.70"),
        (
            "availability",
            "train 2 of 3, val 1 of 1, test 1 of 2. Without it: silent, 1; missing: acc",
        ),
    ],
)
def test_what_a_figure_shows_is_said_in_its_numbers(name, numbers, draw):
    assert numbers in draw(name).said.shows


def test_no_best_point_hides_another_or_a_line(draw):
    figure = draw("sed_thresholds")
    marks = [line for line in figure.axes[2].lines if line.get_marker() != "None"]
    assert len(marks) == 2
    assert {mark.get_markerfacecolor() for mark in marks} == {"none"}
    assert not any(mark.get_clip_on() for mark in marks)
    assert len({(mark.get_marker(), mark.get_markersize()) for mark in marks}) == 2


@pytest.mark.parametrize("n_lines", [21])
def test_no_two_lines_of_a_figure_look_alike(n_lines):
    looks = {tuple(style.line_style(index).values()) for index in range(n_lines)}
    assert len(looks) == n_lines
