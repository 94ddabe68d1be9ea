"""Figure work: publishes figures, finds them by their address, and asks again whether they still hold."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.figures.desk import Desk
from pipelines.figures.kinds import answer
from pipelines.figures.waiting import Published, take_in
from pipelines.intake import Writer
from voc.addresses import PREFIX, as_figure, read_address
from voc.clock import Clock
from voc.errors import NotFoundError
from voc.provenance import Figure, FigureQuery, FigureState, compared, figure_of
from voc.store import Store
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy


def figures_of(desk: Desk, queries: Iterable[FigureQuery]) -> Published:
    """Return the figures that answer the questions, those left out that nothing answers, each with the ids of its evidence."""
    found = []
    for query in queries:
        given = answer(desk, query)
        if given is not None:
            found.append((figure_of(query, given, versions=desk.versions(), as_of=desk.as_of), given.evidence))
    return found


class FigureWork:
    """Figures on a store."""

    def __init__(self, store: Store, writer: Writer, *, taxonomy: Taxonomy, folder: Path, clock: Clock) -> None:
        self._store, self._writer, self._taxonomy, self._folder, self._clock = store, writer, taxonomy, folder, clock

    def ask(self, query: FigureQuery) -> Figure:
        """Return the figure that answers a question now; it is not kept.

        Raises
        ------
        NotFoundError
            If what it is about is not there.
        """
        return self._asked(query)[0]

    def publish(self, query: FigureQuery) -> Figure:
        """Keep the figure that answers a question now, so that its address stands.

        Raises
        ------
        NotFoundError
            If what it is about is not there.
        """
        found = self._asked(query)
        self._writer.do(lambda unit: unit.figures.add([found]))
        return found[0]

    def get(self, figure_id: str) -> tuple[Figure, FigureState]:
        """Return a published figure or that of an address in an answer, and whether it still holds.

        Raises
        ------
        NotFoundError
            If no such figure was published, or the address was damaged.
        """
        return self.opened(figure_id)[:2]

    def opened(self, figure_id: str) -> tuple[Figure, FigureState, list[str]]:
        """Return a figure with its state and the ids of its evidence, as ``get`` and ``evidence`` do, at the price of one.

        Raises
        ------
        NotFoundError
            If no such figure was published, or the address was damaged.
        """
        if figure_id.startswith(PREFIX):
            then = read_address(figure_id)
            with self._store.read() as unit:
                now, evidence = next(iter(figures_of(self._desk(unit), [then.query])), (None, ()))
                erasures = unit.erasures.revision()
            return *as_figure(figure_id, then, now, erasures=erasures), sorted(set(evidence))
        figure, erased = self._find(figure_id)
        with self._store.read() as unit:
            again = figures_of(self._desk(unit), [figure.query])
            kept = unit.figures.evidence(figure.evidence_digest)
        return figure, compared(figure, again[0][0] if again else None, erased=erased), kept

    def evidence(self, figure_id: str) -> list[str]:
        """Return the ids of the comments (``fb_…``), KPI values (``ko_…``) or accounts (``ac_…``) a figure rests on.

        In a fixed order, erased ones left out. Those of an address in an answer are the ones its question rests on now.

        Raises
        ------
        NotFoundError
            If no such figure was published, or the address was damaged.
        """
        if figure_id.startswith(PREFIX):
            return self.opened(figure_id)[2]
        figure, _ = self._find(figure_id)
        with self._store.read() as unit:
            return unit.figures.evidence(figure.evidence_digest)

    def _asked(self, query: FigureQuery) -> tuple[Figure, Sequence[str]]:
        with self._store.read() as unit:
            found = figures_of(self._desk(unit), [query])
        if not found:
            raise NotFoundError
        return found[0]

    def _find(self, figure_id: str) -> tuple[Figure, bool]:
        for again in (False, True):
            with self._store.read() as unit:
                found = unit.figures.get(figure_id)
            if found is not None:
                return found
            if again or not take_in(self._folder, self._writer):
                break
        raise NotFoundError(figure_id=figure_id)

    def _desk(self, unit: Unit) -> Desk:
        return Desk(unit, taxonomy=self._taxonomy, as_of=self._clock())
