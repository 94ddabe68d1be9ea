"""Reject files must not bring back who was erased: a refused row that names such a customer is kept without its cells."""

from collections.abc import Sequence

from pipelines.sources.reading import Rejected
from voc.errors import ErasedError
from voc.ids import customer_id
from voc.store import Store


def without_erased(store: Store, rejected: Sequence[Rejected]) -> list[Rejected]:
    """Return the rows, those of erased customers with line, code and reason only."""
    with store.read() as unit:
        if not unit.erasures.any():
            return list(rejected)
        cells = {cell: customer_id(cell.strip()) for row in rejected for cell in row.raw.values()}
        refused = unit.erasures.refusals(list(cells.values()))
    return [
        row._replace(raw={})
        if row.code == ErasedError.code or any(cells[cell] in refused for cell in row.raw.values())
        else row
        for row in rejected
    ]
