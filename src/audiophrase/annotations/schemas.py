"""The tables of annotations: what stands in clips, captions and phrases, whatever form it came in."""

import pyarrow as pa

CLIPS_SCHEMA = pa.schema(
    [
        ("clip_id", pa.string()),
        ("youtube_id", pa.string()),
        ("start_s", pa.float64()),  # within the original recording; null: the clip is a whole file
        ("end_s", pa.float64()),
        ("split", pa.string()),
        ("shard", pa.string()),
        ("filename", pa.string()),
    ]
)
CAPTIONS_SCHEMA = pa.schema(
    [
        ("caption_id", pa.string()),
        ("clip_id", pa.string()),
        ("split", pa.string()),
        ("caption", pa.string()),
        ("tokens", pa.list_(pa.string())),
    ]
)
PHRASES_SCHEMA = pa.schema(
    [
        ("phrase_id", pa.string()),
        ("caption_id", pa.string()),
        ("clip_id", pa.string()),
        ("split", pa.string()),
        ("phrase", pa.string()),
        ("first_token", pa.int32()),
        (
            "segments",
            pa.list_(pa.struct([("onset_s", pa.float64()), ("offset_s", pa.float64())])),
        ),
    ]
)
