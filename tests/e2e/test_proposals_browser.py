"""Proposals, and sentences without a topic, decided in a real browser with keys alone: next, accept, reject, put, leave."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.main import create_app
from pipelines.service import Service
from tests.support import scorecards, seed
from tests.support.browsing import Watched, browsed, browser, tab
from tests.support.serving import serving
from voc.topics import Proposal, ProposalKind, ProposalState

__all__ = ["browser", "tab"]
pytestmark = browsed


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """The seeded data with three proposals: to merge the two largest topics, to retire the third and the fourth."""
    service = seed.build(tmp_path)
    service.quality = scorecards.quality()
    seed.fill(service, every=2)
    with service.store.write() as unit:
        run, topics = unit.topics.current_run(), unit.topics.find()
        about = {"pr_1": topics[:2], "pr_2": topics[2:3], "pr_3": topics[3:4]}
        unit.proposals.replace_open(
            [
                Proposal(
                    id=name, run_id=run["id"], kind=ProposalKind.MERGE if len(some) > 1 else ProposalKind.RETIRE,
                    topic_ids=tuple(topic.id for topic in some), size=sum(topic.size for topic in some),
                )
                for name, some in about.items()
            ]
        )  # fmt: skip
    return service


@pytest.fixture
def home(service: Service) -> Iterator[str]:
    with serving(create_app(service)) as address:
        yield address


def states(service: Service) -> dict[str, ProposalState]:
    with service.store.read() as unit:
        return {one.id: one.state for one in unit.proposals.find()}


def test_proposals_are_chosen_accepted_and_rejected_with_keys(tab: Watched, service: Service) -> None:
    page = tab.go("/proposals")
    assert page.locator("[data-item]").count() == 3
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    assert page.locator("[data-item].at").inner_text() == page.locator("[data-item]").nth(1).inner_text()
    with page.expect_navigation():
        page.keyboard.press("r")
    assert states(service) == {"pr_1": ProposalState.OPEN, "pr_2": ProposalState.REJECTED, "pr_3": ProposalState.OPEN}
    page.locator("input[name='name']").focus()
    page.keyboard.type("a r")
    assert states(service)["pr_1"] is ProposalState.OPEN, "who writes a name decides nothing"
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert states(service) == {"pr_1": ProposalState.ACCEPTED, "pr_2": ProposalState.REJECTED, "pr_3": ProposalState.OPEN}
    with page.expect_navigation():
        page.keyboard.press("a")
    assert "Nothing to decide" in page.content()
    with service.store.read() as unit:
        assert [(edit.change.kind.value, edit.by, edit.change.after[0].name) for edit in unit.topic_edits.find()][1][::2] == ("merge", "a r")
    with page.expect_navigation():
        page.locator("#history button.plain").first.click()
    tab.quiet()


def test_sentences_without_a_topic_are_put_and_left_with_keys(tab: Watched, service: Service) -> None:
    def waiting() -> int:
        with service.store.read() as unit:
            return unit.topics.unassigned().without - unit.topics.count_left()

    page, before = tab.go("/unassigned"), waiting()
    assert before > 1
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("l")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert waiting() == before - 2
    with service.store.read() as unit:
        assert unit.topics.count_left() == 1
    tab.quiet()
