"""What clips cannot be rendered from is refused, with what to do."""

import pyarrow as pa
import pytest

from audiophrase import params, tables
from audiophrase.annotations.schemas import CLIPS_SCHEMA, PHRASES_SCHEMA
from audiophrase.errors import AnnotationError
from audiophrase.jobs.rendered_shard import write_rendered
from audiophrase.parameters.sections import select

CLIP = {"clip_id": "Ya", "youtube_id": "a", "split": "test", "shard": "test-00000"}
PHRASE = {"phrase_id": "1-0", "caption_id": "1", "clip_id": "Ya", "split": "test", "phrase": "rain"}


@pytest.mark.parametrize(
    ("times", "phrases", "message"),
    [
        ({}, [PHRASE], "do not say how long clip Ya is: it is a whole file"),
        ({"start_s": 0.0, "end_s": 1.0}, [], "the annotations have no phrases"),
    ],
)
def test_neither_a_whole_file_nor_captions_without_phrases_can_be_rendered(
    tmp_path, times, phrases, message
):
    clips, phrase_table = tmp_path / "clips.parquet", tmp_path / "phrases.parquet"
    rows = {clips: ([CLIP | times], CLIPS_SCHEMA), phrase_table: (phrases, PHRASES_SCHEMA)}
    for path, (content, schema) in rows.items():
        table = pa.Table.from_pylist(content, schema)
        tables.write(path, table, stage=f"annotations.{path.stem}", settings={})
    settings = select(
        params.effective(params.load("params.yaml"), "demo"), "retrieve", "retrieve.render"
    )
    settings["retrieve.render"]["n_withdrawn"] = {"train": 0, "val": 0, "test": 0}
    with pytest.raises(AnnotationError, match=message) as refusal:
        write_rendered(settings, CLIP["shard"], clips, phrase_table, tmp_path / "x.parquet", None)
    assert "set the data set's clips to local" in refusal.value.remedy
