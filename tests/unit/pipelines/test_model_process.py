"""The models' process: what a refusal and a crash become, and when the files are looked at again."""

import pytest

from pipelines.model_process import REFUSED_S, ModelProcess
from tests.support.fake_models import FakeChild
from voc.errors import ModelRejectedError, ModelUnavailableError

REFUSAL = ModelRejectedError("The model m was not loaded: wrong hash (w).", model="m", file="w", reason="wrong hash")


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def child() -> FakeChild:
    return FakeChild()


@pytest.fixture
def models(child: FakeChild, seconds: Seconds) -> ModelProcess:
    return ModelProcess(child, batch_timeout_s=5, clock=seconds)


def test_a_refusal_holds_a_while_without_a_new_process_then_the_files_are_looked_at_again(
    models: ModelProcess, child: FakeChild, seconds: Seconds
) -> None:
    """Why: each look starts a process, and every search and every comment would ask for one."""
    child.refusal = REFUSAL
    for _ in range(3):
        with pytest.raises(ModelRejectedError) as refused:
            models.encode(["a"])
        assert refused.value.facts == REFUSAL.facts
    assert child.calls == ["start"]
    assert models.state() == "refused"
    seconds.now += REFUSED_S
    child.refusal = None
    assert len(models.encode(["a"])) == 1
    assert (models.state(), models.refusal, models.last_error) == ("ready", None, None)


def test_a_process_that_dies_while_it_loads_makes_the_models_unavailable_and_is_tried_again_at_once(
    models: ModelProcess, child: FakeChild
) -> None:
    child.down = True
    for _ in range(2):
        with pytest.raises(ModelUnavailableError):
            models.encode(["a"])
    assert child.calls == ["start", "start"]
    assert (models.state(), models.refusal) == ("crashed", None)
