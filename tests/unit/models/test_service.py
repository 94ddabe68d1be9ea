"""The model process may crash, hang or raise; the caller gets the right error and the next call works."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from models.service import ChildService, ServiceState
from voc.errors import LearntTagsRejectedError, ModelCrashedError, ModelFailedError, ModelRejectedError, ModelTimeoutError

LONG_S = 30.0


class Parrot:
    def echo(self, payload):
        return payload

    def leave(self, code):
        os._exit(code)

    def hang(self, seconds):
        time.sleep(seconds)

    def shout(self, words):
        raise ValueError(words)

    def reject(self, _):
        raise ModelRejectedError("The model m was not loaded: wrong hash (w).", file="w")

    def reject_learnt(self, _):
        raise LearntTagsRejectedError.of("branches", why="alpha is missing")

    def about(self, _):
        return {"pid": os.getpid(), "nice": os.nice(0), "offline": os.environ["HF_HUB_OFFLINE"]}

    def unsendable(self, _):
        return threading.Lock()


def build_parrot():
    return Parrot()


def build_slow_parrot():
    time.sleep(1.0)
    return Parrot()


def build_rejected():
    raise ModelRejectedError("The model m was not loaded: wrong hash (w).", model="m", file="w")


def build_broken():
    raise KeyError("secret words")


def build_dying():
    os._exit(7)


@pytest.fixture(scope="module")
def shared_parrot():
    service = ChildService(build_parrot)
    yield service
    service.close()


@pytest.fixture
def parrot(shared_parrot):
    return shared_parrot


def test_nothing_is_started_before_the_first_call():
    assert ChildService(build_parrot).state() is ServiceState.NOT_STARTED


def test_a_call_returns_what_the_method_answers(parrot):
    assert parrot.call("echo", ["さくら", 1.5, b"\x00"], timeout_s=LONG_S) == ["さくら", 1.5, b"\x00"]
    assert parrot.state() is ServiceState.READY


def test_the_child_is_another_nicer_process_and_offline(parrot):
    about = parrot.call("about", None, timeout_s=LONG_S)
    assert about["pid"] != os.getpid()
    assert about["nice"] >= 10
    assert about["offline"] == "1"


def test_an_exception_becomes_model_failed_without_its_words_and_the_child_lives_on(parrot):
    pid = parrot.call("about", None, timeout_s=LONG_S)["pid"]
    with pytest.raises(ModelFailedError) as caught:
        parrot.call("shout", "personal words", timeout_s=LONG_S)
    assert caught.value.facts == {"method": "shout", "type": "ValueError"}
    assert "personal" not in str(caught.value)
    assert parrot.call("about", None, timeout_s=LONG_S)["pid"] == pid


def test_weights_that_are_refused_at_first_use_are_reported_as_refused(parrot):
    with pytest.raises(ModelRejectedError) as caught:
        parrot.call("reject", None, timeout_s=LONG_S)
    assert caught.value.facts == {"file": "w"}


def test_learnt_tags_that_are_refused_come_out_as_such_with_what_is_wrong(parrot):
    with pytest.raises(LearntTagsRejectedError, match="alpha is missing") as caught:
        parrot.call("reject_learnt", None, timeout_s=LONG_S)
    assert (caught.value.code, caught.value.facts["model"]) == ("learnt_tags_rejected", "branches")


def test_an_exit_becomes_model_crashed_and_the_next_call_starts_anew(parrot):
    with pytest.raises(ModelCrashedError) as caught:
        parrot.call("leave", 3, timeout_s=LONG_S)
    assert caught.value.facts["exit_code"] == 3
    assert parrot.state() is ServiceState.CRASHED
    assert "exit code 3" in (parrot.last_error or "")
    assert parrot.call("echo", 1, timeout_s=LONG_S) == 1
    assert parrot.last_error is None


def test_a_hang_becomes_model_timeout_and_the_child_is_ended(parrot):
    pid = parrot.call("about", None, timeout_s=LONG_S)["pid"]
    with pytest.raises(ModelTimeoutError):
        parrot.call("hang", 60, timeout_s=0.2)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert parrot.call("echo", "again", timeout_s=LONG_S) == "again"


def test_an_answer_that_cannot_be_sent_is_an_error_and_not_a_mixed_up_answer(parrot):
    with pytest.raises(ModelCrashedError):
        parrot.call("unsendable", None, timeout_s=LONG_S)
    assert parrot.call("echo", 5, timeout_s=LONG_S) == 5


def test_answers_belong_to_their_calls_when_many_threads_ask(parrot):
    answers = {}

    def ask(number):
        answers[number] = parrot.call("echo", number, timeout_s=LONG_S)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: n for n in range(40)}


def test_the_state_is_loading_while_the_child_loads():
    service = ChildService(build_slow_parrot)
    starter = threading.Thread(target=service.start)
    starter.start()
    seen = set()
    while starter.is_alive():
        seen.add(service.state())
        time.sleep(0.01)
    assert ServiceState.LOADING in seen
    assert service.state() is ServiceState.READY
    service.close()


def test_time_for_loading_is_not_counted_as_time_of_the_call():
    service = ChildService(build_slow_parrot)
    assert service.call("echo", 1, timeout_s=0.5) == 1
    service.close()


@pytest.mark.parametrize(
    ("builder", "error"), [(build_rejected, ModelRejectedError), (build_broken, ModelFailedError), (build_dying, ModelCrashedError)]
)
def test_loading_that_fails_says_why(builder, error):
    service = ChildService(builder)
    with pytest.raises(error) as caught:
        service.call("echo", 1, timeout_s=LONG_S)
    assert "secret" not in str(caught.value)
    assert service.state() is ServiceState.CRASHED
    assert service.last_error == caught.value.message


def test_a_closed_service_takes_no_call():
    service = ChildService(build_parrot)
    service.close()
    with pytest.raises(ModelCrashedError):
        service.call("echo", 1, timeout_s=LONG_S)


def test_closing_ends_a_call_under_way():
    service = ChildService(build_parrot)
    service.start()
    caught = []

    def ask():
        try:
            service.call("hang", 60, timeout_s=LONG_S)
        except ModelCrashedError as error:
            caught.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.2)
    service.close()
    asking.join(LONG_S)
    assert len(caught) == 1


PARENT = """
import os, sys, threading, time
sys.path.insert(0, os.path.dirname({here!r}))
from test_service import build_parrot
from models.service import ChildService
if __name__ == "__main__":
    service = ChildService(build_parrot)
    print(service.call("about", None, timeout_s=30)["pid"], flush=True)
    threading.Thread(target=lambda: service.call("hang", 60, timeout_s=60), daemon=True).start()
    time.sleep(0.3)
    os._exit(9)
"""


def test_the_child_ends_when_its_parent_dies_even_in_the_middle_of_a_call(tmp_path):
    """Why: an orphan would keep a gigabyte of weights."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(here=__file__), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, check=False, timeout=60)
    pid = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]:
            return
        time.sleep(0.1)
    pytest.fail("the child outlived its parent by ten seconds")
