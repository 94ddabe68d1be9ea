"""A page of a list knows where it starts and leads to the ones beside it, keeping the rest of the address."""

import pytest
from starlette.requests import Request

from api.pages.paging import MOST, beside, offset_of
from api.pages.visit import Visit


class Looking(Visit):
    """A visit that only has an address."""

    def __init__(self, query):
        scope = {"type": "http", "method": "GET", "path": "/queue", "query_string": query.encode(), "headers": []}
        object.__setattr__(self, "request", Request(scope))


@pytest.mark.parametrize(
    ("query", "offset"),
    [("", 0), ("offset=50", 50), ("offset=-1", 0), ("offset=1e3", 0), ("offset=%EF%BC%95", 0), ("offset=999999999999", MOST), ("cursor=25", 0)],
)
def test_where_a_page_starts(query, offset):
    assert offset_of(Looking(query)) == offset


def test_the_part_of_the_address_may_have_another_name():
    assert offset_of(Looking("cursor=25"), name="cursor") == 25


@pytest.mark.parametrize(
    ("offset", "more", "ways"),
    [
        (0, True, {"more": "/queue?q=a&offset=50", "back": None}),
        (50, False, {"more": None, "back": "/queue?q=a"}),
        (70, True, {"more": "/queue?q=a&offset=120", "back": "/queue?q=a&offset=20"}),
        (30, False, {"more": None, "back": "/queue?q=a"}),
    ],
)
def test_ways_to_the_pages_beside(offset, more, ways):
    assert beside(Looking("q=a"), offset=offset, size=50, more=more) == ways
