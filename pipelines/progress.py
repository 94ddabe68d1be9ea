"""Progress of long work: a bar with n/total, rate and time left on a terminal, one line every ten seconds elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

LINE_EVERY_S = 10.0
JUST_NOW_S = 1.0


class Step(Protocol):
    """One piece of work under way."""

    def advance(self, done: int) -> None:
        """Say that ``done`` more are finished."""
        ...


class Progress(Protocol):
    """Where work says how far it is."""

    def step(self, name: str, total: int | None) -> "StepContext":
        """Begin a piece of work of ``total`` items; None where the number is not known."""
        ...


class StepContext(Protocol):
    """A step as a context."""

    def __enter__(self) -> Step: ...
    def __exit__(self, *exc: object) -> bool | None: ...


class SilentProgress(Progress):
    """Says nothing."""

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Step]:  # type: ignore[override]  # a generator-made context fits StepContext
        """Begin a piece of work without a word."""
        del name, total
        yield _Silent()


class _Silent(Step):
    def advance(self, done: int) -> None:
        del done


class LineProgress(Progress):
    """Writes a line at the start and the end of each step, and every ten seconds between."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Step]:  # type: ignore[override]  # a generator-made context fits StepContext
        """Begin a piece of work."""
        line = _Line(name, total, self._stream)
        try:
            yield line
        finally:
            line.end()


class _Line(Step):
    def __init__(self, name: str, total: int | None, stream: TextIO) -> None:
        self._name, self._total, self._stream = name, total, stream
        self._done, self._told = 0, -1
        self._start = self._said = time.monotonic()

    def advance(self, done: int) -> None:
        self._done += done
        if time.monotonic() - self._said >= LINE_EVERY_S and self._done != self._total:
            self.say()

    def end(self) -> None:
        """Write the last line, unless it says what was said a moment ago."""
        if self._done != self._told or time.monotonic() - self._said >= JUST_NOW_S:
            self.say(final=True)

    def say(self, *, final: bool = False) -> None:
        self._said, self._told = time.monotonic(), self._done
        seconds = self._said - self._start
        rate = self._done / seconds if seconds > 0 else 0.0
        count = f"{self._done:,}" if self._total is None else f"{self._done:,}/{self._total:,}"
        left = "" if final or not rate or self._total is None else f", about {(self._total - self._done) / rate:.0f} s left"
        speed = f", {rate:,.0f}/s" if self._done else ""
        self._stream.write(f"{self._name}: {count} in {seconds:.1f} s{speed}{left}\n")
        self._stream.flush()


class BarProgress(Progress):
    """Draws a bar on a terminal."""

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Step]:  # type: ignore[override]  # a generator-made context fits StepContext
        """Begin a piece of work."""
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
        with RichProgress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), transient=False) as bars:
            task = bars.add_task(name, total=total, rate="")
            yield _Bar(bars, task)


class _Bar(Step):
    def __init__(self, bars: object, task: object) -> None:
        self._bars, self._task = bars, task

    def advance(self, done: int) -> None:
        bars = self._bars
        bars.advance(self._task, done)  # type: ignore[attr-defined]  # rich is imported late
        speed = bars.tasks[0].finished_speed or bars.tasks[0].speed  # type: ignore[attr-defined]  # rich is imported late
        if speed:
            bars.update(self._task, rate=f"{speed:,.0f}/s")  # type: ignore[attr-defined]  # rich is imported late


def progress_for(stream: TextIO, *, quiet: bool = False) -> Progress:
    """Return the progress that suits the stream."""
    if quiet:
        return SilentProgress()
    return BarProgress() if stream.isatty() else LineProgress(stream)
