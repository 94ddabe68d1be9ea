"""Where a visitor may be sent, and what a form may hold."""

import pytest

from api.pages.access import safe_next


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "overview", "/a\r\nSet-Cookie: x=1", "/\tx"],
)
def test_only_a_path_of_this_service_is_gone_to(target):
    assert safe_next(target) == "/overview"


def test_a_path_of_this_service_is_kept_with_its_conditions():
    assert safe_next("/issues?kind=topic&sort=impact") == "/issues?kind=topic&sort=impact"
