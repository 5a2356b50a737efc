"""What both evaluations say of tiny artifacts, beside sums written out here: none of their code.

Loops where the evaluation has matrices, so that what is wrong there is not wrong here as well: vectors
that are not scaled, an aggregation under another's name, frames counted at the hop that params.yaml
asks for and not at the one that the shard states, a deviation with n - 1.
"""

import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import yaml
from click.testing import CliRunner
from snakemake_project import ROOT

from audiophrase import params, tables
from audiophrase.checkpoints import save_model
from audiophrase.cli import cli
from audiophrase.features.log_mel import COLUMN
from audiophrase.features.shards import schema
from audiophrase.parameters.sections import select

N_MELS, N_HIDDEN, N_DIMENSIONS, N_WORDS = 5, 7, 4, 9
HOP_S = 0.025  # of the shard; params.yaml asks for 0.02
N_FRAMES = [24, 30, 27, 33]
CAPTIONS = [[0, 1], [2, 3, 2], [4], [5, 6], [1, 7], [8, 0, 3], [2, 6], [4, 5, 7, 1]]
CLIP_OF_CAPTION = [0, 1, 2, 3, 0, 1, 2, 0]
PHRASES = [(0, [0, 1]), (0, [7, 2]), (1, [2, 3]), (2, [4, 8]), (3, [6]), (3, [5, 1, 3])]
SEGMENTS = [
    [(0.0, 0.2)],
    [(0.14, 0.41), (0.5, 0.575)],
    [(0.0, 0.0)],
    [(0.3, 9.0)],
    [(0.11, 0.6)],
    [(0.05, 0.07)],
]
SEED, POOL_SIZE, N_REPEATS, KS, MAP_K, THRESHOLD = 3, 3, 6, [1, 2], 3, 0.45


@pytest.fixture(scope="module")
def weights():
    rng = np.random.default_rng(0)

    def drawn(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    return {
        "normalisation.weight": 1 + 0.2 * drawn(N_MELS),
        "normalisation.bias": 0.1 * drawn(N_MELS),
        "hidden.weight": drawn(N_HIDDEN, N_MELS),
        "hidden.bias": drawn(N_HIDDEN),
        "projection.weight": drawn(N_DIMENSIONS, N_HIDDEN),
        "projection.bias": drawn(N_DIMENSIONS),
    }


@pytest.fixture(scope="module")
def log_mels():
    rng = np.random.default_rng(1)
    return [rng.standard_normal((n, N_MELS)).astype(np.float32) for n in N_FRAMES]


@pytest.fixture(scope="module")
def vectors():
    """Of very different lengths."""
    rng = np.random.default_rng(2)
    return (rng.standard_normal((N_WORDS, N_DIMENSIONS)) + 0.5) * np.linspace(0.2, 30, N_WORDS)[
        :, None
    ]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, weights, log_mels, vectors):
    """The folder that both commands wrote into."""
    made = tmp_path_factory.mktemp("made")
    sections = params.effective(yaml.safe_load((ROOT / "params.yaml").read_text()), "demo", "paper")
    assert sections["features"]["hop_s"] != HOP_S
    sections["train"] |= {"encoder": "mlp"}
    sections["train"]["mlp"] |= {"n_hidden": N_HIDDEN, "n_gru": 0}
    evaluation = sections["evaluate"]
    evaluation["retrieval"] |= {"seed": SEED, "pool_size": POOL_SIZE, "n_repeats": N_REPEATS}
    evaluation["retrieval"] |= {"ks": KS, "full_pool_ks": KS, "map_k": MAP_K, "more_map_ks": []}
    evaluation["sed"] |= {"reported_threshold": THRESHOLD}
    names = ("features", "train", "train.mlp", "evaluate.bootstrap")
    settings = select(sections, *names, "evaluate.retrieval", "evaluate.sed")

    def write(name, table, stage, **made_with):
        tables.write(made / f"{name}.parquet", table, stage=stage, settings=made_with)

    clips = [f"c{n}" for n in range(len(N_FRAMES))]
    rows = [
        {"clip_id": clip, "n_frames": len(of), "hop_s": HOP_S, COLUMN: of.ravel()}
        for clip, of in zip(clips, log_mels, strict=True)
    ]
    features = pa.Table.from_pylist(rows, schema(COLUMN))
    shard = made / "log-mel" / "test-0.parquet"
    tables.write(
        shard,
        features,
        stage="features",
        settings={"features": settings["features"]},
        inputs={"front_end": "log-mel"},
    )
    of_test = {"split": "test"}
    rows = [
        {"caption_id": f"{n}", "clip_id": clips[clip], **of_test}
        for n, clip in enumerate(CLIP_OF_CAPTION)
    ]
    write("captions", pa.Table.from_pylist(rows), "annotations.captions")
    rows = [
        {
            "phrase_id": f"p{n}",
            "clip_id": clips[clip],
            "segments": [{"onset_s": a, "offset_s": b} for a, b in segments],
            **of_test,
        }
        for n, ((clip, _), segments) in enumerate(zip(PHRASES, SEGMENTS, strict=True))
    ]
    write("phrases", pa.Table.from_pylist(rows), "annotations.phrases")
    write("vocabulary", pa.table({"vector": list(vectors.astype(np.float32))}), "text.vocabulary")
    for key, ids in (("caption", CAPTIONS), ("phrase", [words for _, words in PHRASES])):
        first = "p" if key == "phrase" else ""
        columns = {f"{key}_id": [f"{first}{n}" for n in range(len(ids))], "word_ids": ids}
        write(f"{key}-words", pa.table(columns), f"text.{key}s")
    digest = save_model(
        made / "model.safetensors", {name: torch.from_numpy(of) for name, of in weights.items()}
    )
    of_training = {name: settings[name] for name in ("features", "train", "train.mlp")}
    description = {"settings": of_training, "sha256": digest, "n_features": N_MELS}
    tables.write_json(made / "model.json", description)

    shared = {
        "settings": json.dumps(settings),
        "device": "cpu",
        "resident-mb": 100,
        "cache": made / "cache",
        "model": made / "model.safetensors",
        "model-json": made / "model.json",
        "vocabulary": made / "vocabulary.parquet",
    }
    of_retrieval = {
        "captions": made / "captions.parquet",
        "caption-words": made / "caption-words.parquet",
        "recalls": made / "recalls.csv",
        "measures": made / "retrieval_measures.parquet",
        "summary": made / "retrieval.json",
    }
    of_sed = {
        "phrases": made / "phrases.parquet",
        "phrase-words": made / "phrase-words.parquet",
        "curve": made / "curve.csv",
        "scores": made / "scores.parquet",
        "measures": made / "sed_measures.parquet",
        "summary": made / "sed.json",
    }
    for command, options in (("evaluate-retrieval", of_retrieval), ("evaluate-sed", of_sed)):
        given = [text for name, v in (shared | options).items() for text in (f"--{name}", str(v))]
        done = CliRunner().invoke(cli, ["job", command, *given, str(shard)])
        if done.exception:
            raise done.exception
        assert done.exit_code == 0, done.output
    return made


# The model, and equations 1 to 3 and 5, in loops.


def dot(one, other):
    return math.fsum(float(a) * float(b) for a, b in zip(one, other, strict=True))


def of_length_one(vector):
    return [float(value) / math.sqrt(dot(vector, vector)) for value in vector]


def embedding(frame, weights):
    """Layer norm, a hidden layer with ReLU, a projection, length one."""
    mean = math.fsum(frame) / len(frame)
    variance = math.fsum((float(value) - mean) ** 2 for value in frame) / len(frame)
    scale, shift = weights["normalisation.weight"], weights["normalisation.bias"]
    normal = [
        (float(value) - mean) / math.sqrt(variance + 1e-5) * a + b
        for value, a, b in zip(frame, scale, shift, strict=True)
    ]
    layers = zip(weights["hidden.weight"], weights["hidden.bias"], strict=True)
    hidden = [max(0.0, dot(row, normal) + bias) for row, bias in layers]
    layers = zip(weights["projection.weight"], weights["projection.bias"], strict=True)
    return of_length_one([dot(row, hidden) + bias for row, bias in layers])


@pytest.fixture(scope="module")
def similar(weights, log_mels, vectors):
    """Equation 2: clip -> frame -> word -> number."""
    words = [of_length_one(vector) for vector in vectors]
    embedded = [[embedding(frame, weights) for frame in of_clip] for of_clip in log_mels]
    return [[[max(0.0, dot(f, word)) for word in words] for f in frames] for frames in embedded]


@pytest.fixture(scope="module")
def pair_scores(similar):
    """Equation 3: clip -> caption -> number."""
    return [
        [math.fsum(f[w] for f in of_clip for w in c) / (len(of_clip) * len(c)) for c in CAPTIONS]
        for of_clip in similar
    ]


# Retrieval.


def drawn_pools():
    """Clips and captions of each repeat and pool, the clip itself first, as the protocol draws them."""
    rng = np.random.default_rng(SEED)
    n_clips = len(N_FRAMES)
    captions_of = [
        [q for q, c in enumerate(CLIP_OF_CAPTION) if c == clip] for clip in range(n_clips)
    ]
    repeats = []
    for _ in range(N_REPEATS):
        others = np.broadcast_to(np.arange(n_clips - 1), (n_clips, n_clips - 1))
        drawn = rng.permuted(others, axis=1)[:, : POOL_SIZE - 1]
        repeats.append([[c, *(o + (o >= c) for o in of.tolist())] for c, of in enumerate(drawn)])
    counts = np.array([len(captions) for captions in captions_of])
    return [
        (
            pools,
            [
                [captions_of[clip][n] for clip, n in zip(pool, chosen, strict=True)]
                for pool, chosen in zip(pools, rng.integers(counts[np.array(pools)]), strict=True)
            ],
        )
        for pools in repeats
    ]


def rank(own, others):
    return 1 + sum(other >= own for other in others)


def test_recall_in_pools(evaluated, pair_scores):
    found = json.loads((evaluated / "retrieval.json").read_text())
    by_repeat = pd.read_csv(evaluated / "recalls.csv", comment="#")
    expected = {
        (direction, k): [] for direction in ("audio_to_caption", "caption_to_audio") for k in KS
    }
    for clips_of, captions_of in drawn_pools():
        ranks = {"audio_to_caption": [], "caption_to_audio": []}
        for pool, captions in zip(clips_of, captions_of, strict=True):
            own = pair_scores[pool[0]][captions[0]]
            of_captions = [pair_scores[pool[0]][caption] for caption in captions[1:]]
            of_clips = [pair_scores[clip][captions[0]] for clip in pool[1:]]
            ranks["audio_to_caption"].append(rank(own, of_captions))
            ranks["caption_to_audio"].append(rank(own, of_clips))
        for (direction, k), recalls in expected.items():
            recalls.append(sum(r <= k for r in ranks[direction]) / len(ranks[direction]))
    for (direction, k), recalls in expected.items():
        mean = sum(recalls) / N_REPEATS
        sd = math.sqrt(sum((recall - mean) ** 2 for recall in recalls) / N_REPEATS)
        assert sd > 0 or k > 1, "the case says nothing of the deviation"
        assert found[direction][f"r{k}"] == pytest.approx({"mean": mean, "sd": sd})
        chosen = (by_repeat["direction"] == direction) & (by_repeat["k"] == k)
        assert by_repeat[chosen]["recall"].to_list() == pytest.approx(recalls)


def test_retrieval_among_all(evaluated, pair_scores):
    found = json.loads((evaluated / "retrieval.json").read_text())["full_pool"]
    n_clips, n_captions = len(N_FRAMES), len(CAPTIONS)
    queries = {
        "audio_to_caption": [
            (pair_scores[clip], [q for q in range(n_captions) if CLIP_OF_CAPTION[q] == clip])
            for clip in range(n_clips)
        ],
        "caption_to_audio": [
            ([pair_scores[clip][q] for clip in range(n_clips)], [CLIP_OF_CAPTION[q]])
            for q in range(n_captions)
        ],
    }
    for direction, of_direction in queries.items():
        best, precisions, shares = [], [], {k: [] for k in KS}
        for scores, true in of_direction:
            order = sorted(range(len(scores)), key=lambda item: -scores[item])
            ranks = sorted(1 + order.index(item) for item in true)
            best.append(ranks[0])
            at_true = [nth / r for nth, r in enumerate(ranks, 1) if r <= MAP_K]
            precisions.append(sum(at_true) / min(MAP_K, len(true)))
            for k in KS:
                shares[k].append(sum(r <= k for r in ranks) / len(true))
        ordered = sorted(best)
        middle = (ordered[(len(best) - 1) // 2] + ordered[len(best) // 2]) / 2
        expected = {f"r{k}": sum(r <= k for r in best) / len(best) for k in KS}
        expected |= {f"share_found{k}": sum(of_k) / len(of_k) for k, of_k in shares.items()}
        expected |= {f"map{MAP_K}": sum(precisions) / len(precisions), "median_rank": middle}
        assert found[direction] == pytest.approx(expected)


# Detection.


@pytest.fixture(scope="module")
def phrase_scores(similar):
    """Equation 5 with min-max, by aggregation."""
    found = {"mean": [], "max": []}
    for clip, words in PHRASES:
        for name, scores in found.items():
            of_frames = []
            for frame in similar[clip]:
                values = [frame[word] for word in words]
                of_frames.append(max(values) if name == "max" else math.fsum(values) / len(values))
            low, high = min(of_frames), max(of_frames)
            scores.append([(value - low) / (high - low) for value in of_frames])
    return found


def heard():
    """Frame n begins at n times the hop, and is active if that lies in a segment."""
    return [
        [
            any(onset - 1e-6 <= n * HOP_S < offset - 1e-6 for onset, offset in segments)
            for n in range(N_FRAMES[clip])
        ]
        for (clip, _), segments in zip(PHRASES, SEGMENTS, strict=True)
    ]


def test_scores_of_phrases(evaluated, phrase_scores):
    table = pq.read_table(evaluated / "scores.parquet")
    assert table["phrase_id"].to_pylist() == [f"p{n}" for n in range(len(PHRASES))]
    for name, column in (("mean", "scores"), ("max", "scores_max")):
        for of_phrase, expected in zip(table[column].to_pylist(), phrase_scores[name], strict=True):
            assert of_phrase == pytest.approx(expected, abs=1e-5)
    assert phrase_scores["mean"][0] != pytest.approx(phrase_scores["max"][0], abs=0.05)


@pytest.mark.parametrize("name", ["mean", "max"])
def test_detection(evaluated, phrase_scores, name):
    summary = json.loads((evaluated / "sed.json").read_text())
    active = [of_frame for of_phrase in heard() for of_frame in of_phrase]
    scores = [score for of_phrase in phrase_scores[name] for score in of_phrase]
    n_active = sum(active)
    assert summary["prevalence"] == pytest.approx(n_active / len(active))

    def at(threshold):
        true = sum(a and s >= threshold for a, s in zip(active, scores, strict=True))
        predicted = sum(s >= threshold for s in scores)
        return true / predicted, true / n_active, 2 * true / (predicted + n_active)

    precision, recall, f1 = at(THRESHOLD)
    points = [at(threshold) for threshold in sorted(set(scores), reverse=True)]
    area, before = 0.0, 0.0
    for p, r, _ in points:
        area, before = area + p * (r - before), r
    wins = sum(
        (a > b) + (a == b) / 2
        for a, is_active in zip(scores, active, strict=True)
        if is_active
        for b, other in zip(scores, active, strict=True)
        if not other
    )
    expected = {
        f"precision_at_{THRESHOLD}": precision,
        f"recall_at_{THRESHOLD}": recall,
        f"f1_at_{THRESHOLD}": f1,
        "best_f1": max(f1 for *_, f1 in points),
        "average_precision": area,
        "auroc": wins / (n_active * (len(active) - n_active)),
    }
    found = summary["measures"][name]
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-6)


def test_intersection_f1(evaluated, phrase_scores):
    """Events at the threshold, in loops; the shares that decide are no ties."""
    found = json.loads((evaluated / "sed.json").read_text())["measures"]["mean"]
    n_true = n_false = n_events = 0
    for (clip, _), scores, segments in zip(PHRASES, phrase_scores["mean"], SEGMENTS, strict=True):
        end = N_FRAMES[clip] * HOP_S
        events = [(a, min(b, end)) for a, b in segments if b > a]
        n_events += len(events)
        on = [n for n, score in enumerate(scores) if score >= THRESHOLD]
        first = [n for n in on if n - 1 not in on]
        last = [n for n in on if n + 1 not in on]
        spans = [(a * HOP_S, (b + 1) * HOP_S) for a, b in zip(first, last, strict=True)]

        def shared(span, others):
            return sum(max(0.0, min(span[1], b) - max(span[0], a)) for a, b in others)

        passing = [s for s in spans if shared(s, events) >= 0.5 * (s[1] - s[0]) - 1e-9]
        n_false += len(spans) - len(passing)
        n_true += sum(shared(e, passing) >= 0.5 * (e[1] - e[0]) - 1e-9 for e in events)
    expected = 2 * n_true / (n_true + n_false + n_events)
    assert 0 < expected < 1
    assert found[f"intersection_f1_at_{THRESHOLD}"] == pytest.approx(expected)
