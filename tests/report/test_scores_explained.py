"""The table of detection says what its lines are."""

from audiophrase.report.tables import sed_table


def test_the_lines_of_detection_are_explained(make_measures):
    notes = " ".join(sed_table(make_measures()).notes)
    assert "how the similarities of a phrase's words are joined" in notes
    assert "know nothing of the sound" in notes
