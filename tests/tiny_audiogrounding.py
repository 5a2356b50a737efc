"""A handful of clips in the form of AudioGrounding v1, with the oddities of the real files."""

# split -> (filename, caption id, caption, its tokens, phrases as (text, first token, timestamps))
CLIPS = {
    "train": [
        (
            "-q_Zx-0a_b1_30.000_40.000.wav",
            101,
            "a dog barks, then barks again",
            "a dog barks , then barks again",
            [("a dog barks", 0, [[0.5, 1.2], [3, 3.75]]), ("barks", 5, [[6.5, 10.02]])],
        ),
        (
            "Kd8_rain_xZ_0.000_7.000.wav",  # shorter than ten seconds
            102,
            "rain falls on someone's roof",
            "rain falls on omeone 's roof",
            [("rain falls on omeone 's roof", 0, [[0, 7]])],
        ),
        ("Qzzz-qqq-zz_5.000_15.000.wav", 103, "zzz qqq", "zzz qqq", [("zzz", 0, [[0, 0]])]),
    ],
    "val": [
        ("Vb1_2-3x4y5_60.000_70.000.wav", 201, "rain falls", "rain falls", [("rain", 0, [[1, 9]])]),
        ("Vb1_2-3x4y5_60.000_70.000.wav", 202, "rain falls", "rain falls", [("rain", 0, [[0, 8]])]),
        ("--ab__cd--e_0.000_10.000.wav", 203, "a dog", "a dog", [("a dog", 0, [[2, 4]])]),
    ],
    "test": [
        (
            "T-t_T-t_T-t_11.000_21.000.wav",
            301,
            "a high-pitched bark",
            "a high-pitched bark",
            [("a high-pitched bark", 0, [[4, 5]])],
        ),
        ("Tu_Tu-Tu_Tu_0.000_10.000.wav", 302, "dogs bark", "dogs bark", [("bark", 1, [[1, 2]])]),
    ],
}


def v1(split: str) -> dict[str, dict]:
    """One split's file: an object of columns by row number."""
    rows = [
        (filename, caption_id, caption, tokens.split(), *phrase)
        for filename, caption_id, caption, tokens, phrases in CLIPS[split]
        for phrase in phrases
    ]
    names = (
        "filename", "audiocap_id", "caption", "tokens", "soundtag", "start_word", "timestamps"
    )  # fmt: skip
    return {
        name: {str(row): rows[row][k] for row in range(len(rows))} for k, name in enumerate(names)
    }
