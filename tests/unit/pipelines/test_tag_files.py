"""What a person is shown after learning: the tags that need more examples, in columns, and all of them in one line; and progress."""

import io

import pytest
from rich.cells import cell_len

from pipelines import progress
from pipelines.tag_files import quality_lines
from voc.tag_learning import TagQuality

QUALITY = (
    TagQuality(tag="駐車場", n=4, precision=None, recall=0.0, needs_more=True),
    TagQuality(tag="wait", n=20, precision=0.9, recall=0.8, needs_more=False),
)


def test_the_table_of_tags_stands_in_columns_in_both_languages_and_ends_with_all_of_them_together() -> None:
    head, needy, fine, found, more = quality_lines(QUALITY)
    assert needy.endswith("needs more examples")
    assert cell_len(needy.removesuffix("  needs more examples")) == cell_len(fine) == cell_len(head)
    assert "16 of 24 (67%)" in found
    assert "fewer than 10, or F1 below 0.6): 1 of 2" in more


@pytest.mark.parametrize("total", [3, None])
def test_progress_ends_with_one_line(monkeypatch: pytest.MonkeyPatch, total: int | None) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    stream = io.StringIO()
    with progress.LineProgress(stream).step("read", total) as step:
        step.advance(1)
        step.advance(2)
    first, last = stream.getvalue().splitlines()
    assert (first.startswith("read: 1"), "left" in first) == (True, total is not None)
    assert (last.startswith("read: 3"), "left" in last) == (True, False)
