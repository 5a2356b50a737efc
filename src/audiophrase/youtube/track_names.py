"""Names of audio tracks, as players give them in whatever language: what they tell against one."""

import re
import unicodedata

# What a descriptive or a dubbed track is called, or begins to be; an English name says it too.
_NOT_ORIGINAL_NAMES = """
descri; deskri; deskry; beschrij; audio guide; audioguide; hörfilm; audiovision; syntolk; synstolk
kuvailutulk; opisow; audiopopis; betimleme; akadálymentes; audionarrá; περιγραφ; тифлокоммент
описан; аудіоопис; 音声解説; 音声ガイド; 副音声; 解説; 口述影像; 解说; 音频描述; 화면 해설; 화면해설
음성 해설; وصف; תיאור; विवरण; mô tả; บรรยาย
dubbed; dubbing; doblad; doblaje; doublé en; doublage; dublad; doppiat; synchronisiert
synchronfassung; nachgesynch; дубл; 吹き替え; 吹替; 配音; 더빙
"""


def fold(text: str) -> str:
    """Without case, accents and wide letters: `audiodescripcion` of "Audiodescripción"."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c for c in parts if unicodedata.category(c) != "Mn")
    return " ".join(unicodedata.normalize("NFC", kept).split())


_FOLDED = tuple(fold(word) for word in re.split(r"[;\n]", _NOT_ORIGINAL_NAMES.strip()))


def says_not_original(name: str) -> bool:
    """Whether a track is called descriptive or dubbed. That it is not, tells nothing."""
    folded = fold(name)
    return any(word in folded for word in _FOLDED)
