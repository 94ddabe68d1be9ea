"""Child service: models in one process of their own, batches in, results out; it may crash or hang without taking the caller along.

Invariants: one call at a time, answers belong to their call; the child holds no database and no socket; it ends when its parent ends,
however that happens; a crash, a hang and an exception become three different errors; the next call starts a new child. Error messages
name the method and the type of the exception, never what was handed in.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn, cast

from voc.errors import ModelCrashedError, ModelError, ModelFailedError, ModelRejectedError, ModelTimeoutError

NICENESS = 10
LOAD_TIMEOUT_S = 300.0
END_TIMEOUT_S = 5.0
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}

Builder = Callable[[], object]
"""A function of a module's top level, without arguments, that returns an object whose methods take one argument."""


class ServiceState(StrEnum):
    """Where the child stands."""

    NOT_STARTED = "not_started"
    LOADING = "loading"
    READY = "ready"
    CRASHED = "crashed"


class ChildService:
    """Runs what a builder returns in a child process; started by the first call, or earlier by ``start``."""

    def __init__(self, builder: Builder, *, threads: int = 2, load_timeout_s: float = LOAD_TIMEOUT_S) -> None:
        self.last_error: str | None = None
        self._builder = builder
        self._threads = threads
        self._load_timeout_s = load_timeout_s
        self._lock = threading.Lock()
        self._state = ServiceState.NOT_STARTED
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False

    def state(self) -> ServiceState:
        """Return where the child stands, at once, also while a call is under way; ``last_error`` says why it crashed."""
        process = self._process
        if self._state is ServiceState.READY and process is not None and process.exitcode is not None:
            return ServiceState.CRASHED
        return self._state

    def start(self) -> None:
        """Start the child and wait until it has loaded; nothing happens where it is ready.

        Raises
        ------
        ModelRejectedError, ModelFailedError, ModelCrashedError, ModelTimeoutError
            As loading ended.
        """
        with self._lock:
            self._ready_pipe()

    def call(self, method: str, payload: object, *, timeout_s: float) -> Any:
        """Return what the method answers to the payload. Time for loading is not counted.

        Raises
        ------
        ModelFailedError, ModelRejectedError
            If the method raised; the child lives on.
        ModelTimeoutError
            If there was no answer in time; the child was ended.
        ModelCrashedError
            If the child ended before it answered.
        """
        with self._lock:
            pipe = self._ready_pipe()
            kind, value = self._exchange(pipe, (method, payload), timeout_s=timeout_s)
        if kind == "rejected":
            raise _load_error(kind, value)
        if kind == "raised":
            raise ModelFailedError(f"The model method {method} raised {value}.", method=method, type=value)
        return value

    def close(self) -> None:
        """End the child, also in the middle of a call, which then fails; no call is taken afterwards."""
        self._closed = True
        idle = self._lock.acquire(blocking=False)
        if not idle:
            self._kill_under_way()
            self._lock.acquire()
        try:
            if self._pipe is not None and self._process is not None:
                self._pipe.close()  # the child reads the end of its work and cleans up after itself
                self._process.join(END_TIMEOUT_S)
            self._end_child(ServiceState.NOT_STARTED)
        finally:
            self._lock.release()

    def _kill_under_way(self) -> None:
        process = self._process
        if process is not None:
            process.kill()

    def _ready_pipe(self) -> Connection:
        if self._closed:
            raise ModelCrashedError("The model process was closed.")
        if self._pipe is not None and self.state() is ServiceState.READY:
            return self._pipe
        self._end_child(ServiceState.LOADING)
        context = multiprocessing.get_context("spawn")
        self._pipe, childs_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._builder, childs_end, self._threads), daemon=True, name="voc-models")
        self._process.start()
        childs_end.close()
        kind, value = self._exchange(self._pipe, None, timeout_s=self._load_timeout_s)
        if kind != "ready":
            self._give_up(_load_error(kind, value))
        self._state = ServiceState.READY
        self.last_error = None
        return self._pipe

    def _exchange(self, pipe: Connection, request: tuple[str, object] | None, *, timeout_s: float) -> tuple[str, Any]:
        try:
            if request is not None:
                pipe.send(request)
            if not pipe.poll(timeout_s):
                self._give_up(ModelTimeoutError(timeout_s=timeout_s))
            kind, value = pipe.recv()
        except (EOFError, OSError):
            exit_code = self._exit_code()
            self._give_up(ModelCrashedError(f"The model process ended abnormally (exit code {exit_code}).", exit_code=exit_code))
        except KeyboardInterrupt:  # an answer may still come and must not be taken for the next call's
            self._end_child(ServiceState.CRASHED)
            raise
        return kind, value

    def _give_up(self, error: ModelError) -> NoReturn:
        self._end_child(ServiceState.CRASHED)
        self.last_error = error.message
        raise error

    def _exit_code(self) -> int | None:
        if self._process is None:
            return None
        self._process.join(END_TIMEOUT_S)
        return self._process.exitcode

    def _end_child(self, state: ServiceState) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(END_TIMEOUT_S)
        if self._pipe is not None:
            self._pipe.close()
        self._process, self._pipe, self._state = None, None, state


def _load_error(kind: str, value: Any) -> ModelError:
    if kind == "rejected":
        error, message, facts = value
        return cast("type[ModelRejectedError]", error)(message, **facts)
    return ModelFailedError(f"The models could not be loaded: {value}.", type=value)


def _serve(builder: Builder, pipe: Connection, threads: int) -> None:
    """Load, then answer until the other end is closed; runs in the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    os.environ.update(OFFLINE | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)})
    try:
        models = builder()
    except ModelRejectedError as error:
        pipe.send(_rejected(error))
        return
    except Exception as error:  # noqa: BLE001  # handed to the parent by type name, which raises it as its own
        pipe.send(("raised", type(error).__name__))
        return
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
    pipe.send(("ready", os.getpid()))
    while (request := _next_request(pipe)) is not None:
        pipe.send(_answer(models, *request))


def _next_request(pipe: Connection) -> tuple[str, object] | None:
    try:
        method, payload = pipe.recv()
    except (EOFError, OSError):
        return None
    return method, payload


def _answer(models: object, method: str, payload: object) -> tuple[str, Any]:
    try:
        return "value", getattr(models, method)(payload)
    except ModelRejectedError as error:
        return _rejected(error)
    except Exception as error:  # noqa: BLE001  # handed to the parent by type name, which raises it as its own
        return "raised", type(error).__name__


def _rejected(error: ModelRejectedError) -> tuple[str, Any]:
    return "rejected", (type(error), error.message, error.facts)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
