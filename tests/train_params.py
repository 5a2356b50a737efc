"""The parameters that trainings of tests begin with."""

from audiophrase.model.parameters import PlateauParams, StoppingParams, TrainParams

PLATEAU = PlateauParams(factor=0.1, patience=5, threshold=0.001)
PARAMS = TrainParams(
    n_threads=1,
    precision="float32",
    deterministic=True,
    batch_size=4,
    max_epochs=5,
    learning_rate=0.01,
    encoder="crnn",
    loss="triplet",
    score="mean",
    shuffle_pairs=False,
    unknown_words="shared",
    plateau=PLATEAU,
    stopping=StoppingParams("patience", patience=10, window=10, spread=0.01, min_epochs=60),
    fixed_validation_impostors=True,
)
