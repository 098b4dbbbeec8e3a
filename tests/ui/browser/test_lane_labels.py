"""Labels of lanes: the names of files are broken at their joints, their ends stay."""

from __future__ import annotations

import pytest

from gfm_desktop.ui.browser.lane_labels import lines_of


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("short.bw", ["short.bw"]),
        ("liver_rep1.bedgraph", ["liver_rep1.", "bedgraph"]),
        ("ENCFF001ABC_liver_rep1.bw", ["ENCFF001ABC_", "liver_rep1.bw"]),
        ("a" * 20 + ".bw", ["a" * 14, "aaaaaa.bw"]),
    ],
)
def test_that_a_title_is_broken_at_a_joint_where_it_has_one(
    title: str, lines: list[str]
) -> None:
    assert lines_of(title, len, 14, 3) == lines


def test_that_no_letter_is_lost_and_the_last_line_takes_the_rest() -> None:
    title = "ENCFF001ABC_liver_rep1_pooled_signal.bedgraph"
    for most in (1, 2, 3):
        lines = lines_of(title, len, 12, most)
        assert len(lines) == most
        assert "".join(lines) == title
