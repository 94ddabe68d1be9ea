"""Learning that is killed with ``kill -9``: what was in use before is whole and in use, nothing half-made is, and the next learning succeeds."""

import os
import random
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.tag_folder import TagFolder
from pipelines.progress import SilentProgress
from tests.support.app import fake_service
from tests.support.copies import Copy, event
from tests.support.learn_killed import STEPS, learn, write_in_turn
from tests.unit.models.test_own_tags import ENCODER, learnt
from voc.feedback import NewFeedback
from voc.tag_learning import LearntTags
from voc.taxonomy import Bilingual, BilingualList, Tag, Taxonomy

__all__ = ["learnt"]
KILLS = int(os.environ.get("VOC_KILLS", "4"))
QUICK = "in the transaction"
"""The step of which every test run looks; the others are slow."""
BEFORE = {"queue": ("long queue", "the queue again"), "parking": ("no parking", "parking is full")}
AFTER = BEFORE | {"lift": ("the lift is broken", "a broken lift again")}
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def branches(examples: Mapping[str, tuple[str, ...]]) -> Taxonomy:
    def tag(name: str) -> Tag:
        named = Bilingual(en=name, ja=name)
        return Tag(id=name, large=named, middle=named, small=named, examples=BilingualList(en=examples[name], ja=()))

    return Taxonomy(name="branches", version="1", tags=tuple(map(tag, examples)))


@pytest.mark.parametrize("step", [pytest.param(step, marks=() if step == QUICK else pytest.mark.slow) for step in STEPS])
def test_killed_while_a_taxonomy_is_learnt_the_old_one_or_the_new_one_is_in_use(tmp_path: Path, step: str) -> None:
    service, _ = fake_service(tmp_path)
    service.commits.start()
    service.commits.do(lambda unit: unit.taxonomies.put(branches(BEFORE), now=NOW))
    before = service.lessons.learn("branches")
    service.commits.do(lambda unit: unit.taxonomies.put(branches(AFTER), now=NOW))
    service.close()
    process = Copy(learn, tmp_path, "branches", step)
    assert process.wait(timeout=60) == -signal.SIGKILL

    service, _ = fake_service(tmp_path)
    service.commits.start()
    with service.store.read() as unit:
        (used,) = unit.taxonomies.active()
    assert (used == before) == (step != "kept, not in use yet")
    (sent,) = service.intake.accept([NewFeedback(text="the queue at the counter")])
    service.runner.run(SilentProgress())
    with service.store.read() as unit:
        said = unit.enrichments.get(sent.feedback_id or "")
    assert said is not None
    assert [tag.tag for sentence in said.sentences for tag in sentence.tags] == ["queue"]
    assert {tag.tag for tag in service.lessons.learn("branches").quality} == set(AFTER)
    service.close()


def test_killed_at_any_moment_of_the_writing_a_tag_folder_is_whole(learnt: LearntTags, tmp_path: Path) -> None:
    folder, newer = tmp_path / "tags", learnt.model_copy(update={"version": "newer", "quality": ()})
    TagFolder(folder).write(learnt)
    chances = random.Random(0)
    for _ in range(KILLS):
        began = event()
        process = Copy(write_in_turn, folder, learnt, newer, began)
        assert began.wait(timeout=60)
        time.sleep(chances.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=60) == -signal.SIGKILL
        assert TagFolder(folder).read(encoder=ENCODER) in (learnt, newer)
    TagFolder(folder).write(newer)
    assert len(list(folder.iterdir())) == 4
