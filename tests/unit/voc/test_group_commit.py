"""Group commit: nobody's answer comes before the disk has it, nobody's fault is another's, and closing always ends."""

import threading

import pytest

from tests.support.builders import feedback
from voc.errors import EmptyTextError, ShuttingDownError
from voc.store import Store, Unit
from voc.store.group_commit import GroupCommit


def test_closing_while_work_waits_finishes_it_and_ends(store: Store) -> None:
    """Why: the sign to stop was once taken out of the queue together with work, and the writer waited for ever."""
    commits = GroupCommit(store)
    commits.start()
    started, go_on = threading.Event(), threading.Event()

    def slow(_: Unit) -> str:
        started.set()
        go_on.wait(10)
        return "slow"

    first = commits.later(slow)
    assert started.wait(10)
    second = commits.later(lambda unit: unit.feedback.add([feedback()]))
    closing = threading.Thread(target=commits.close, daemon=True)
    closing.start()
    assert commits._closed.wait(10)
    commits._jobs.put(None)
    go_on.set()
    closing.join(10)
    assert not closing.is_alive()
    assert first.result(1) == "slow"
    assert second.result(1) == ["new"]


def test_work_handed_in_after_closing_is_refused(store: Store) -> None:
    commits = GroupCommit(store)
    commits.start()
    commits.close()
    with pytest.raises(ShuttingDownError):
        commits.do(lambda _: None)


def test_one_callers_fault_is_not_anothers(store: Store) -> None:
    commits = GroupCommit(store)

    def fail(_: Unit) -> None:
        raise EmptyTextError

    good = commits.later(lambda unit: unit.feedback.add([feedback()]))
    bad = commits.later(fail)
    also_good = commits.later(lambda unit: unit.feedback.add([feedback(external_id="2")]))
    commits.start()
    assert (good.result(10), also_good.result(10)) == (["new"], ["new"])
    with pytest.raises(EmptyTextError):
        bad.result(10)
    commits.close()
