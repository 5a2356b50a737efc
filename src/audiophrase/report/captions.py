"""What is written below each figure of the page, and what stands for it where it is not seen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """The words that go with one figure."""

    title: str
    alt: str
    caption: str
    of_phrases: str = ""  # a sentence more where the data set has phrases
    of_paper: str = ""  # a sentence more where the paper's numbers stand beside the data set's
    needs_phrases: bool = False  # without phrases it is left out of the page

    def text(self, *, has_phrases: bool, beside_paper: bool) -> str:
        """The caption as it holds for a data set."""
        more = [(has_phrases, self.of_phrases), (beside_paper, self.of_paper)]
        return " ".join(
            [self.caption, *(sentence for holds, sentence in more if holds and sentence)]
        )


# In the order of the page.
FIGURES = {
    "example_pair": Caption(
        title="A clip and its caption (the paper's Figure 1)",
        alt="Log-mel spectrum of one test clip over time, and bars where phrases are heard, if any.",
        caption="The log-mel spectrum is what the encoder hears, the caption is all it is told.",
        of_phrases=(
            "The bars are the annotated segments of each phrase, which no training ever sees."
        ),
    ),
    "sed_thresholds": Caption(
        title="Detection against the threshold (the paper's Figure 3)",
        alt="Precision, recall and F1 against the threshold for mean, max and random scores.",
        caption=(
            "Precision, recall and F1 over all frames of all clip-phrase pairs of the test split. "
            "Mean and max say how the similarities of a phrase's words are joined; random scores "
            "and a detector that is always on know nothing of the sound. Dots mark the best F1, "
            "read off the exact curve."
        ),
        needs_phrases=True,
    ),
    "alignment": Caption(
        title="Phrases found in time (the paper's Figure 4)",
        alt="For some test clips the spectrum with annotated events, and similarities over time.",
        caption=(
            "Boxes over the spectrum are the annotated segments of each phrase, one lane a phrase: "
            "their height means nothing. Below, how similar each frame is to the phrase of the "
            "same colour, scaled to reach from 0 to 1 within the clip unless the parameters say "
            "otherwise."
        ),
        needs_phrases=True,
    ),
    "training": Caption(
        title="Training",
        alt="Training and validation loss by epoch, with the best epoch marked.",
        caption=(
            "The ranking loss by epoch, about 2 where nothing is learnt. The weights of the epoch "
            "with the lowest validation loss are kept."
        ),
    ),
    "availability": Caption(
        title="Which clips could be had",
        alt="Share of usable clips by split, and counts of states and reasons.",
        caption=(
            "Above, the share of annotated clips with usable audio; below, why the others have none."
        ),
        of_paper=(
            "Beside the shares stands what the paper's authors could still download of "
            "AudioGrounding; the paper tells how many clips it lacked, and not why."
        ),
    ),
}
