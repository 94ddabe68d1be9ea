"""Pages *Queue*, *Actions* and one action: what they show, and what acting on them keeps."""

import re

import pytest

from api.pages.action_chart import action_chart
from tests.support.app import Running
from voc.actions import GroupPeriod

HOME = "http://127.0.0.1"
"""Pages are open to a loopback name."""


@pytest.mark.parametrize(("language", "words"), [("ja", ("要対応リスト", "解約の記録がない", "苦情")), ("en", ("Queue", "No churn data", "Complaint"))])
def test_the_queue_says_why_in_both_languages_and_each_quote_opens_its_comment(filled: Running, language: str, words: tuple[str, ...]) -> None:
    page = filled.client.get(f"{HOME}/queue", params={"lang": language}).text
    assert all(word in page for word in words)
    assert re.search(r'<blockquote class="negative"><p>[^<]+</p><footer><a href="/comments\?selected=fb_', page)
    assert 'data-key="h"' in page
    assert 'data-key="s"' in page


def test_a_decision_on_the_queue_is_kept_shown_and_taken_back(filled: Running) -> None:
    page = filled.client.get(f"{HOME}/queue").text
    subject = re.findall(r'action="/queue/([^/]+)/handle"', page)[0]
    done = filled.client.post(f"{HOME}/queue/{subject}/handle", data={"note": "Called <b>them</b>", "next": "/queue"}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, "/queue")
    after = filled.client.get(f"{HOME}/queue").text
    assert f"/queue/{subject}/handle" not in after
    assert "Called &lt;b&gt;them&lt;/b&gt;" in after
    number = re.findall(r'action="/queue-steps/(\d+)/undo"', after)[0]
    assert filled.client.post(f"{HOME}/queue-steps/{number}/undo", data={"next": "/queue"}, follow_redirects=False).status_code == 303
    assert f"/queue/{subject}/handle" in filled.client.get(f"{HOME}/queue").text
    assert filled.client.post(f"{HOME}/queue/{subject}/dance", data={}).status_code == 422
    assert filled.client.post(f"{HOME}/queue/{subject}/snooze", data={"due": "no day"}).status_code == 422


def test_filters_of_the_queue_stand_in_its_address_and_nobody_is_said_plainly(filled: Running) -> None:
    assert "/queue" in filled.client.get(f"{HOME}/queue", params={"reason": "decider_cooling"}).text
    assert "Nobody matches" in filled.client.get(f"{HOME}/queue", params={"reason": "decider_cooling", "lang": "en"}).text
    assert filled.client.get(f"{HOME}/queue", params={"reason": "x", "offset": "²"}).status_code == 200


def test_an_empty_service_says_so_on_both_pages(api: Running) -> None:
    assert "Nothing is loaded yet" in api.client.get(f"{HOME}/queue", params={"lang": "en"}).text
    assert "No action is recorded yet" in api.client.get(f"{HOME}/actions", params={"lang": "en"}).text


def test_an_action_is_recorded_from_an_issue_and_shows_its_check(filled: Running) -> None:
    form = filled.client.get(f"{HOME}/actions", params={"issue_kind": "tag", "issue_id": "account.login", "lang": "en"}).text
    assert '<option value="tag:account.login" selected>' in form
    given = {"title": "Repair sign-in", "measure": "issue_share", "segment": "smb", "starts_on": "2026-05-01", "issue": "tag:account.login"}
    assert filled.client.post(f"{HOME}/actions", data=given).status_code == 400
    done = filled.client.post(f"{HOME}/actions", data=given | {"retrospective": "1"}, follow_redirects=False)
    assert done.status_code == 303
    page = filled.client.get(HOME + done.headers["location"], params={"lang": "en"}).text
    assert "Repair sign-in" in page
    assert "Associated with, not caused by." in page
    assert 'class="action-chart"' in page
    assert filled.client.post(HOME + done.headers["location"], data={"owner": "佐藤", "due": "2026-12-01", "note": ""}, follow_redirects=False).status_code == 303
    assert "owner – → 佐藤" in filled.client.get(HOME + done.headers["location"], params={"lang": "en"}).text
    assert filled.client.post(f"{HOME}/actions", data=given | {"starts_on": "soon"}).status_code == 422
    assert filled.client.post(f"{HOME}/actions", data=given | {"expected_size": "nan"}).status_code == 422
    assert "Record an action" in filled.client.get(f"{HOME}/issues/tag/account.login", params={"lang": "en"}).text


def test_a_chart_needs_two_months_and_puts_the_start_between_them() -> None:
    from datetime import date

    def month(name: str, *, treated: bool, mean: float) -> GroupPeriod:
        return GroupPeriod(month=name, treated=treated, mean=mean, n=3, clusters=2)

    assert action_chart([month("2026-05", treated=True, mean=1.0)], starts_on=date(2026, 5, 1)) is None
    chart = action_chart([month("2026-05", treated=True, mean=5.0), month("2026-06", treated=True, mean=5.0)], starts_on=date(2026, 6, 1))
    assert chart is not None
    first, second = chart.lines[0].points
    assert first[0] < chart.start < second[0]
