"""The model's card: what a bundle's README.md says to whoever is handed one."""

from collections.abc import Mapping

from audiophrase.inference.contents import Contents
from audiophrase.inference.threshold import FRAMES, Threshold

POOL_SIZE = "pool_size"
_AUDIO = {
    "rendered": (
        "**Rehearsal.** Its sounds are rendered, not recorded: what it has learnt and measured says "
        "nothing about recordings."
    ),
    "youtube": (
        "Its clips come from YouTube. They are not in this folder, belong to whoever uploaded them, "
        "and may not be passed on; whether a model that was trained on them may be is for you to "
        "settle."
    ),
    "recorded": (
        "It was trained on recordings that are not in this folder: their licences say what may be "
        "done with a model that was trained on them."
    ),
    "mixed": (
        "Some of its sounds are rendered, and tell nothing about recordings; the others were recorded "
        "and are not in this folder: their licences, or whoever uploaded them to YouTube, say what "
        "may be done with a model that was trained on them."
    ),
    None: "What audio it was trained on is not known any more.",
}
_VECTORS = {
    "trained": "Word vectors were trained on the captions, so they fall under the captions' licence.",
    "google-news": (
        "Its words' vectors are out of Google's word2vec vectors of Google News: their terms are "
        "those of https://code.google.com/archive/p/word2vec/."
    ),
    "file": (
        "Its words' vectors are out of a word2vec file of whoever trained it: that file's licence "
        "holds for them."
    ),
}


def text(contents: Contents, thresholds: Mapping[str, Threshold]) -> str:
    """Markdown."""
    about = contents.about
    n_clips = ", ".join(f"{n:,} {split}" for split, n in about.n_clips.items())
    n_words = sum(how != "unk" for how in contents.vocabulary["how"].to_pylist())
    n_dimensions = contents.description["n_dimensions"]
    lines = [
        f"# Model of `{about.dataset}`, variant `{about.variant}`, seed {about.seed}",
        "",
        "It says when a phrase is heard in a recording, and which recordings a text suits. Trained",
        "with audiophrase on pairs of clips and captions alone (Xie et al., ICASSP 2022,",
        "arXiv 2110.02939).",
        "",
        "```python",
        "import audiophrase",
        'model = audiophrase.load("this-folder")',
        'print(model.ground("recording.wav", ["a dog barks"]).segments)',
        "```",
        "",
        "## Data",
        "",
        _AUDIO[about.audio],
        "",
        f"Clips with audio: {n_clips or 'not known'}. Front end `{contents.front_end}`, windows of",
        f"{contents.window_s:g} s. {n_words:,} words have a vector of {n_dimensions} dimensions.",
        "",
        _VECTORS[about.vectors],
        "",
        "## Measures",
        "",
        *_measures(contents),
        "",
        "## From which similarity on a phrase counts as heard",
        "",
        *_thresholds(thresholds),
        "",
        "## Limits",
        "",
        "- It knows the words of its captions (`vocabulary.json`); lemmas and stems are English",
        "  ones. A phrase without a known word is refused, unknown words beside known ones are named.",
        "- Of words of one kind it hears no order: “a dog barks at a man” and “a man barks at a dog”",
        "  are the same to it.",
        "- One threshold holds for all phrases. It was chosen on sounds like those of the training;",
        "  look at the curves before you trust it on others.",
        "- Between windows, frames see a quarter of a window on either side at the least.",
        "- Not for surveillance, or decisions about people.",
        "",
    ]
    return "\n".join(lines)


def _measures(contents: Contents) -> list[str]:
    if not contents.about.measures:
        return ["It was not evaluated."]
    rows = [
        f"| {each.task} | {each.scores.replace('_', ' ')} | {each.measure} | {each.value:.3f} "
        f"| {_interval(each.low, each.high)} |"
        for each in contents.about.measures
        if each.measure != POOL_SIZE
    ]
    sizes = [each.value for each in contents.about.measures if each.measure == POOL_SIZE]
    among = f", retrieval among {sizes[0]:.0f} clips or captions" if sizes else ""
    return [
        f"On the test split{among}; intervals are bootstrapped over clips.",
        "",
        "| task | scores | measure | value | interval |",
        "|---|---|---|---|---|",
        *rows,
    ]


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def _thresholds(thresholds: Mapping[str, Threshold]) -> list[str]:
    if not thresholds:
        return ["None was chosen: there were no features of a validation split. Give one yourself."]
    lines = []
    for name, each in thresholds.items():
        over = (
            "frames of clips and phrases" if each.basis == FRAMES else "pairs of clips and captions"
        )
        lines.append(
            f"- {name} over words: {each.similarity:.4f}. F1 {each.f1:.3f} (precision "
            f"{each.precision:.3f}, recall {each.recall:.3f}) over {over} of the validation split: "
            f"{each.n_own:,} own, {each.n_impostors:,} impostors, {each.n_clips:,} clips."
        )
        if each.similarity <= 0:
            lines.append("  All reaches it: this model cannot say that a phrase is not heard.")
    return lines
