"""Processes that learn tags and are killed on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.own_tags import FewShotTeacher
from models.tag_folder import TagFolder
from pipelines.service import Service
from tests.support.app import fake_service
from tests.support.erase_killed import killed
from voc.store.taxonomies import TaxonomyStore
from voc.tag_learning import LearntTags

STEPS: dict[str, Callable[[], None]] = {
    "learnt, nothing kept": lambda: setattr(FewShotTeacher, "learn", killed(FewShotTeacher.learn)),
    "in the transaction": lambda: setattr(TaxonomyStore, "activate", killed(TaxonomyStore.activate)),
    "kept, not in use yet": lambda: setattr(Service, "_tags_changed", killed()),
}


def learn(folder: Path, name: str, step: str) -> None:
    """Learn a stored taxonomy as the service does; killed at the step."""
    STEPS[step]()
    service, _ = fake_service(folder)
    service.commits.start()
    service.lessons.learn(name)


def write_in_turn(folder: Path, some: LearntTags, others: LearntTags, began: Any) -> None:
    """Write a tag folder again and again, until killed."""
    began.set()
    while True:
        TagFolder(folder).write(some)
        TagFolder(folder).write(others)
