"""Topics edited in a real browser: what an edit does is seen before it is done, and taken back after."""

import pytest

from tests.support.browsing import Watched, browsed, browser, home, tab

__all__ = ["browser", "home", "tab"]
pytestmark = browsed


@pytest.fixture
def topic(tab: Watched) -> str:
    """Return the address of the largest topic."""
    page = tab.go("/issues?kind=topic&all=1")
    return page.locator("td.name a").first.get_attribute("href").partition("?")[0]


def undo(tab: Watched, topic: str) -> None:
    page = tab.go(f"{topic}#history")
    with page.expect_navigation():
        page.locator("#history button.plain").first.click()


def test_a_topic_is_split_from_its_sentences_after_a_look_at_the_counts(tab, topic):
    page = tab.go(topic)
    page.get_by_role("link", name="Split it, or move its sentences").click()
    boxes = page.locator(".ticks input")
    total = boxes.count()
    for place in range(2):
        boxes.nth(place).check()
    page.locator("input[name='name']").fill("Codes that never arrive")
    page.get_by_role("button", name="Split off").click()
    page.wait_for_selector("#preview")
    shown = " ".join(page.locator("#preview").inner_text().split())
    assert "2 sentences move" in shown
    assert f"{total} → {total - 2}" in shown
    assert "0 → 2" in shown
    page.get_by_role("button", name="Do it").click()
    page.wait_for_url("**/issues/topic/*")
    assert "Codes that never arrive" in page.locator("#lineage").inner_text()
    undo(tab, topic)
    assert page.locator("#lineage").count() == 0
    tab.quiet()


def test_a_merge_is_left_or_done_with_a_key(tab, topic):
    page = tab.go(topic)
    edits = page.locator("#history table tbody tr")
    before = edits.count()
    page.locator("select[name='other']").select_option(index=1)
    page.get_by_role("button", name="Merge").click()
    page.wait_for_selector("#preview")
    page.get_by_role("link", name="Leave it").click()
    page.wait_for_url(f"**{topic}")
    assert edits.count() == before, "nothing was done"
    page.locator("select[name='other']").select_option(index=1)
    page.get_by_role("button", name="Merge").click()
    page.wait_for_selector("#preview")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert edits.count() == before + 1
    undo(tab, topic)
    tab.quiet()
