"""A model on audio and words of the user's: what the pipeline computes, however the audio comes."""

import doctest
import io
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from snakemake_project import ROOT

import audiophrase
from audiophrase.errors import AudiophraseError
from audiophrase.inference import model as model_module
from audiophrase.inference.model import load
from audiophrase.inference.words import UnknownWordsWarning, WordsError
from audiophrase.pair_scores import PairScores
from audiophrase.training_data import pairs_of, read_clips, read_word_ids

RATE_HZ = 22050
PHRASES = ["a dog barks", "wind blows"]


def samples_of(content: bytes) -> np.ndarray:
    return soundfile.read(io.BytesIO(content), dtype="float32")[0]


def curve(grounding, phrase, column="similarity"):
    curves = grounding.curves
    return curves[curves["phrase"] == phrase][column].to_numpy()


@pytest.fixture(scope="module")
def long(clips):
    """Three clips of four seconds, one behind the other."""
    return np.concatenate([samples_of(content) for content in list(clips.values())[:3]])


@pytest.mark.filterwarnings("ignore::audiophrase.inference.words.UnknownWordsWarning")
@pytest.mark.parametrize("aggregation", ["mean", "max"])
@pytest.mark.parametrize("which", ["run", "bundled"])
def test_scores_are_those_of_the_pipeline(request, built, run, clips, which, aggregation):
    model = load(request.getfixturevalue(which), "cpu")
    column = "scores" if aggregation == "mean" else "scores_max"
    scores = pq.read_table(run / "sed_scores.parquet")
    by_id = dict(zip(scores["phrase_id"].to_pylist(), scores[column].to_pylist(), strict=True))
    rows = pq.read_table(built.folder / "data/tiny/annotations/phrases.parquet").to_pylist()
    compared = 0
    for clip_id, content in clips.items():
        own = {r["phrase"]: r["phrase_id"] for r in rows if r["clip_id"] == clip_id}
        grounding = model.ground(content, list(own), threshold=0, aggregation=aggregation)
        for phrase, phrase_id in own.items():
            np.testing.assert_allclose(
                curve(grounding, phrase, "score"), by_id[phrase_id], rtol=0, atol=1e-5
            )
            compared += 1
    assert compared > 10


@pytest.mark.filterwarnings("ignore::audiophrase.inference.words.UnknownWordsWarning")
def test_a_files_score_is_that_of_retrieval(model, built, run, clips, tmp_path):
    for clip_id, content in clips.items():
        (tmp_path / f"{clip_id}.flac").write_bytes(content)
    data = built.folder / "data/tiny"
    settings = model._contents.settings
    features = read_clips([data / "features/log-mel/test-00000.parquet"], settings)
    vocabulary = data / "text/vocabulary.parquet"
    words = read_word_ids(data / "text/captions.parquet", "caption_id", vocabulary, settings)
    captions = data / "annotations/captions.parquet"
    pairs = pairs_of(features, "test", captions, words, say=print)
    rows = [r for r in pq.read_table(captions).to_pylist() if r["clip_id"] in clips]
    vectors = model_module.torch.from_numpy(model.vocabulary._values)
    vectors = model_module.torch.nn.functional.normalize(vectors, dim=1)
    scorer = PairScores(model._listener.encoder, pairs, vectors, score="mean")
    expected = {
        (features.ids[clip], row["caption"]): score
        for clips_of_block, block in scorer.rows()
        for clip, of_clip in zip(clips_of_block, block, strict=True)
        for row, score in zip(rows, of_clip, strict=True)
    }
    ranking = model.search([row["caption"] for row in rows], tmp_path)
    assert len(ranking) == len(clips) * len({row["caption"] for row in rows})
    for row in ranking.itertuples():
        assert row.score == pytest.approx(
            expected[row.file.removesuffix(".flac"), row.text], abs=1e-5
        )
    assert set(ranking["offset_s"]) == {4.0}
    first = ranking[ranking["text"] == ranking["text"][0]]
    assert list(first["rank"]) == list(range(1, len(clips) + 1))
    assert first["score"].is_monotonic_decreasing


def test_path_bytes_samples_channels_and_a_stream_come_to_the_same(model, clips, tmp_path):
    content = next(iter(clips.values()))
    whole = samples_of(content)
    (tmp_path / "clip.flac").write_bytes(content)
    expected = curve(model.ground(content, PHRASES), PHRASES[0])
    given = {
        "a path": (tmp_path / "clip.flac", None),
        "text": (str(tmp_path / "clip.flac"), None),
        "float32": (whole, RATE_HZ),
        "int16": ((whole * 32768).astype(np.int16), RATE_HZ),
        "int32": ((whole * 2.0**31).astype(np.int32), RATE_HZ),
        "six channels": (np.repeat(whole[:, None], 6, axis=1), RATE_HZ),
        "a stream": (
            (whole[first : first + 1000] for first in range(0, len(whole), 1000)),
            RATE_HZ,
        ),
    }
    for what, (audio, rate_hz) in given.items():
        actual = curve(model.ground(audio, PHRASES, rate_hz), PHRASES[0])
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-6, err_msg=what)


def test_the_same_bits_every_time(model, bundled, long):
    first, second = (each.ground(long, PHRASES, RATE_HZ) for each in (model, load(bundled, "cpu")))
    assert first.curves.equals(second.curves)
    assert first.segments.equals(second.segments)


def test_up_to_one_and_a_half_windows_all_is_one_clip(model, clips):
    whole = np.concatenate([samples_of(content) for content in list(clips.values())[:2]])
    six_s = whole[: int(1.5 * model.window_s * RATE_HZ)]
    with model.stream(six_s, RATE_HZ) as stream:
        assert len(list(stream.pieces)) == 1
    with model.stream(whole, RATE_HZ) as stream:
        assert len(list(stream.pieces)) == 3


def test_away_from_seams_a_long_recording_is_its_windows(model, long):
    assert model.window_s == 4.0
    of_all = model.ground(long, PHRASES, RATE_HZ)
    for number in range(3):
        piece = long[number * 4 * RATE_HZ : (number + 1) * 4 * RATE_HZ]
        of_piece = model.ground(piece, PHRASES, RATE_HZ)
        middle = slice(50, 150)  # of frames of 20 ms: seams lie a second from where windows begin
        for phrase in PHRASES:
            np.testing.assert_allclose(
                curve(of_all, phrase)[200 * number :][middle],
                curve(of_piece, phrase)[middle],
                rtol=0,
                atol=1e-5,
            )


def test_segments_are_where_the_similarity_reaches_the_threshold(model, long):
    grounding = model.ground(long, PHRASES, RATE_HZ)
    similar = curve(grounding, PHRASES[0])
    threshold = float(np.median(similar))
    grounding = model.ground(long, PHRASES, RATE_HZ, threshold)
    of_phrase = grounding.segments[grounding.segments["phrase"] == PHRASES[0]]
    active = np.zeros(len(similar), bool)
    for row in of_phrase.itertuples():
        frames = slice(round(row.onset_s / 0.02), round(row.offset_s / 0.02))
        active[frames] = True
        assert row.score == similar[frames].max()
    at_end = round(grounding.duration_s / 0.02)
    np.testing.assert_array_equal(active[:at_end], (similar >= threshold)[:at_end])
    assert of_phrase["offset_s"].max() <= grounding.duration_s


def test_a_phrase_can_be_absent_though_its_score_reaches_one(model, long):
    grounding = model.ground(long, PHRASES, RATE_HZ, threshold=1.1)
    assert curve(grounding, PHRASES[0], "score").max() == 1
    assert grounding.segments.empty
    assert list(grounding.segments) == ["phrase", "onset_s", "offset_s", "score"]
    assert not grounding.phrases["present"].any()


def test_the_threshold_is_the_one_chosen_on_validation(model, run, long):
    of_run, of_bundle = load(run, "cpu").threshold(), model.threshold()
    assert of_run == of_bundle
    assert of_run.basis == "frames"
    assert 0 <= of_run.similarity < 1
    assert of_run.n_own == of_run.n_impostors > 0
    assert model.ground(long, PHRASES, RATE_HZ).threshold == of_run.similarity


def test_nothing_is_heard_in_silence_and_that_is_said(model):
    grounding = model.ground(np.zeros(3 * RATE_HZ), PHRASES, RATE_HZ, threshold=0.0)
    assert grounding.segments.empty
    assert not grounding.phrases["present"].any()
    assert grounding.notes == ("the audio is silent: nothing in it is heard",)
    assert np.isfinite(grounding.curves["similarity"]).all()


def test_that_a_file_lacks_high_frequencies_is_said(model, long):
    grounding = model.ground(long[::2], PHRASES, 8000)
    assert "nothing above 4000 Hz" in grounding.notes[0]
    assert model.ground(long, PHRASES, RATE_HZ).notes == ()


def test_words_are_warned_of_or_refused(model, long):
    with pytest.warns(UnknownWordsWarning, match="'dgo' .like: dog.*") as caught:
        grounding = model.ground(long, ["a dgo barks", "wind blows"], RATE_HZ)
    assert caught[0].filename == __file__
    assert list(grounding.phrases["unknown"]) == [("dgo",), ()]
    with pytest.raises(WordsError, match="knows no word of 'zzyzx'"):
        model.ground(long, ["zzyzx"], RATE_HZ)
    with pytest.raises(AudiophraseError, match="no phrase"):
        model.ground(long, [], RATE_HZ)


def test_embeddings_are_of_length_one_and_say_their_times(model, long):
    embedding = model.embed(long, RATE_HZ)
    assert embedding.frames.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embedding.frames, axis=1), 1, atol=1e-5)
    assert len(embedding.frames) == len(embedding.times_s) == 601
    assert embedding.times_s[1] == embedding.hop_s == 0.02
    assert embedding.duration_s == 12.0


def test_search_finds_the_part_of_a_long_file_and_says_what_it_cannot_read(model, clips, tmp_path):
    content = next(iter(clips.values()))
    sound = samples_of(content)
    quiet = np.random.default_rng(0).normal(0, 1e-4, 4 * len(sound)).astype(np.float32)
    quiet[len(sound) : 2 * len(sound)] += sound
    (tmp_path / "deeper").mkdir()
    soundfile.write(tmp_path / "deeper/long.wav", quiet, RATE_HZ)
    (tmp_path / "broken.wav").write_bytes(b"RIFF....")
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE_HZ), RATE_HZ)
    (tmp_path / "notes.txt").write_text("no audio")
    table = model.search("a dog barks", tmp_path)
    assert list(table["file"]) == ["deeper/long.wav", "broken.wav", "silent.wav"]
    assert table["rank"].tolist()[0] == 1
    assert table["rank"].isna().tolist() == [False, True, True]
    assert table["problem"][2] == "silent"
    assert table["offset_s"][0] - table["onset_s"][0] == pytest.approx(4.0, abs=0.03)
    by_hand = model.embed(quiet, RATE_HZ).frames
    words = model.text_vectors("a dog barks").vectors.numpy()
    means = [np.maximum(by_hand[n : n + 200] @ words.T, 0).mean() for n in range(0, 601, 100)]
    assert table["score"][0] == pytest.approx(max(means), abs=0.01)
    assert table["onset_s"][0] == pytest.approx(2 * np.argmax(means), abs=0.03)


def test_what_is_no_model_is_told_as_such(tmp_path, run):
    with pytest.raises(AudiophraseError, match="no folder"):
        audiophrase.load(tmp_path / "nothing")
    with pytest.raises(AudiophraseError, match="no model"):
        audiophrase.load(tmp_path)
    evaluated = tmp_path / "results/tiny/runs/no-min-max/seed-1"
    evaluated.mkdir(parents=True)
    with pytest.raises(AudiophraseError, match="models of `paper`"):
        audiophrase.load(evaluated)


def test_without_validation_a_threshold_is_asked_for(run, built, tmp_path, long):
    shutil.copytree(run, tmp_path / "results/tiny/runs/paper/seed-1")
    shutil.copytree(built.folder / "data/tiny/text", tmp_path / "data/tiny/text")
    model = load(tmp_path / "results/tiny/runs/paper/seed-1", "cpu")
    with pytest.raises(AudiophraseError, match="no threshold"):
        model.ground(long, PHRASES, RATE_HZ)
    assert len(model.ground(long, PHRASES, RATE_HZ, threshold=0.4).curves)


@pytest.mark.parametrize("text", ["docstrings", "docs"])
def test_what_is_shown_of_it_runs(text, bundled, clips, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").mkdir()
    for name in ("street.wav", "recordings/one.flac"):
        (tmp_path / name).write_bytes(next(iter(clips.values())))
    names = {"audiophrase": audiophrase, "BUNDLE": bundled}
    if text == "docs":
        path = ROOT / "docs/using-a-model.md"
        done = doctest.testfile(str(path), module_relative=False, globs=names)
    else:
        done = doctest.testmod(model_module, extraglobs=names)
    assert done.attempted > 2
    assert not done.failed
