"""The calendar of the story: period, releases, working days, and the days on which a comment may be written.

Invariants: every window lies inside the period; a window written for one comment (because its text names a day, a release or a
season) lies inside the window of its story. All times are Japan Standard Time.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta, timezone
from itertools import pairwise

JST = timezone(timedelta(hours=9))
FIRST_DAY = date(2025, 11, 1)
LAST_DAY = date(2026, 10, 31)
LOGIN_BROKEN = date(2026, 5, 12)
LOGIN_REPAIRED = date(2026, 6, 18)  # the last day with the fault
BILLING_CHANGED = date(2026, 3, 1)
EXPORT_RELEASE = date(2026, 7, 8)
SUPPORT_GREW = date(2026, 8, 1)
ONBOARDING_DAYS = 90

RELEASES = {
    "tsumugi": (
        (date(2025, 10, 6), "4.1"), (LOGIN_BROKEN, "4.2"), (date(2026, 5, 22), "4.2.1"),
        (LOGIN_REPAIRED + timedelta(days=1), "4.2.3"),  # rolled out in the night after the day it was announced
        (EXPORT_RELEASE, "4.3"),
    ),
    "pocket": ((date(2025, 9, 1), "2.8"), (date(2026, 3, 2), "2.9")),
}

CLOSED_DAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2025-11-03", "2025-11-24", "2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-12", "2026-02-11",
        "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-04", "2026-05-05", "2026-05-06", "2026-07-20", "2026-08-11", "2026-08-13",
        "2026-08-14", "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12",
    )
)

STORY_WINDOWS: dict[tuple[str, str], tuple[str, str]] = {
    ("login", "during"): ("2026-05-12", "2026-06-18"),
    ("login", "after"): ("2026-06-19", "2026-07-31"),
    ("billing", "any"): ("2026-04-01", "2026-10-30"),
    ("billing", "again"): ("2026-05-01", "2026-10-30"),
    ("export", "before"): ("2025-11-04", "2026-07-07"),
    ("export", "after"): ("2026-07-09", "2026-10-30"),
    ("crash", "any"): ("2026-02-03", "2026-02-27"),
    ("support", "any"): ("2026-08-03", "2026-10-30"),
}

# Texts that name a day, a month, a release, a season, or how long something has lasted.
COMMENT_WINDOWS: dict[str, str] = {
    # login: after 4.2.1, after some weeks of it, before month-end, on a closing day
    "ja1-login-027": "2026-05-25 2026-06-12", "ja1-login-019": "2026-05-25 2026-06-18", "ja1-login-007": "2026-05-29 2026-06-05",
    "ja1-login-029": "2026-05-15 2026-06-10", "ja1-login-018": "2026-05-14 2026-06-17", "ja1-login-020": "2026-05-20 2026-06-18",
    "ja1-login-011": "2026-05-25 2026-06-18", "ja1-login-017": "2026-05-20 2026-06-18", "ja1-login-023": "2026-05-20 2026-06-18",
    "ja1-login-031": "2026-05-18 2026-06-18", "ja1-login-033": "2026-05-22 2026-06-18", "ja1-login-010": "2026-05-15 2026-06-05",
    "ja1-login-001": "2026-05-12 2026-05-15", "ja1-login-026": "2026-05-13 2026-05-29", "en-login-001": "2026-05-12 2026-05-15",
    "en-login-004": "2026-05-20 2026-06-18", "en-login-008": "2026-05-18 2026-06-18", "en-login-009": "2026-05-26 2026-06-18",
    "en-login-013": "2026-05-20 2026-06-18", "en-login-015": "2026-05-18 2026-05-22", "en-login-019": "2026-05-25 2026-06-17",
    "en-login-022": "2026-05-20 2026-06-12", "en-login-012": "2026-05-20 2026-06-12",
    "ja1-login-035": "2026-06-22 2026-07-03", "ja1-login-036": "2026-06-19 2026-07-06", "ja1-login-037": "2026-06-22 2026-07-10",
    "ja1-login-039": "2026-07-01 2026-07-31", "en-login-023": "2026-06-19 2026-06-24", "en-login-025": "2026-07-02 2026-07-17",
    "en-login-026": "2026-06-29 2026-07-31",
    # billing: the first weeks, when the days had just moved; otherwise April or later
    "ja1-billing-033": "2026-03-10 2026-03-31", "ja1-billing-012": "2026-03-09 2026-04-15", "en-billing-002": "2026-03-05 2026-04-10",
    "en-billing-011": "2026-03-05 2026-04-30", "ja1-billing-004": "2026-03-23 2026-04-30", "en-billing-012": "2026-06-01 2026-10-30",
    # export: what was said right after 4.3, and what was said of "the summer"
    "en-export-010": "2026-07-08 2026-07-24", "en-export-013": "2026-07-08 2026-07-20", "en-export-011": "2026-07-15 2026-08-31",
    "en-export-015": "2026-09-01 2026-10-16", "ja1-export-015": "2026-07-08 2026-07-31", "ja1-export-016": "2026-07-08 2026-07-31",
    "ja1-export-021": "2026-07-13 2026-08-07", "ja1-export-024": "2026-07-13 2026-09-11",
    # Aozora Foods
    "ja1-aozora-001": "2025-11-10 2025-12-19", "ja1-aozora-002": "2026-04-06 2026-04-28", "ja1-aozora-003": "2026-09-01 2026-09-30",
    "ja1-aozora-004": "2026-01-13 2026-01-30", "ja1-aozora-005": "2026-09-01 2026-10-16", "ja1-aozora-006": "2026-04-13 2026-05-29",
    "ja1-aozora-007": "2025-12-01 2025-12-24", "ja1-aozora-008": "2026-03-02 2026-03-31", "ja1-aozora-009": "2026-07-01 2026-07-31",
    "ja1-aozora-010": "2026-01-07 2026-01-30", "ja1-aozora-011": "2026-06-01 2026-06-30", "ja1-aozora-012": "2026-10-01 2026-10-30",
    "ja1-aozora-013": "2025-11-10 2025-12-12", "ja1-aozora-014": "2026-08-17 2026-09-11", "ja1-aozora-015": "2026-05-11 2026-06-12",
    "ja1-aozora-019": "2026-08-03 2026-08-10", "ja1-aozora-020": "2026-08-24 2026-08-31",
    # support: looking back on months of it
    "ja1-support-018": "2026-10-01 2026-10-30", "ja1-support-021": "2026-10-01 2026-10-30", "en-support-013": "2026-09-01 2026-10-30",
    "ja1-support-003": "2026-08-24 2026-10-30", "ja1-support-005": "2026-09-01 2026-10-30", "en-support-006": "2026-09-01 2026-10-30",
    # mails that quote a dated reply or name a day
    "en-mail-001": "2026-04-08 2026-04-10", "en-mail-004": "2026-05-14 2026-05-14", "en-mail-006": "2026-08-18 2026-08-19",
    "en-mail-008": "2026-03-13 2026-03-17", "en-mail-011": "2026-07-21 2026-07-28", "en-mail-012": "2025-11-21 2025-11-28",
    "ja2-mail-004": "2026-04-06 2026-04-06", "ja2-mail-006": "2026-03-11 2026-03-12", "ja2-mail-008": "2026-02-03 2026-02-18",
    "ja2-mail-011": "2026-05-18 2026-05-28", "ja2-mail-013": "2026-04-06 2026-04-24", "ja2-mail-014": "2026-06-03 2026-06-04",
    "ja2-mail-015": "2026-09-15 2026-09-16", "ja2-question-026": "2026-03-09 2026-03-19",
    # three short outages: 2026-01-19 (morning), 2026-03-16 (10:15-11:00), 2026-06-02 (afternoon)
    "ja2-other-015": "2026-01-19 2026-01-19", "ja2-other-031": "2026-01-19 2026-01-19", "ja2-other-005": "2026-03-16 2026-03-16",
    "en-other-007": "2026-03-16 2026-03-16", "en-other-016": "2026-03-23 2026-04-17", "ja2-abuse-005": "2026-06-02 2026-06-02",
    "ja2-other-024": "2026-07-01 2026-07-15",
    # seasons and months in the text
    "en-praise-005": "2026-04-01 2026-04-01", "en-praise-007": "2026-09-01 2026-10-23", "ja2-praise-024": "2026-06-30 2026-06-30",
    "ja2-praise-014": "2026-04-13 2026-06-12", "ja2-request-002": "2026-03-23 2026-04-17", "ja2-other-021": "2026-03-05 2026-04-10",
    "ja2-other-035": "2026-04-01 2026-04-20", "en-other-015": "2026-04-01 2026-04-17", "ja2-churn-015": "2026-01-13 2026-02-27",
    "ja2-duplicate-013": "2026-02-02 2026-04-24",
}

# Hours of the day (from, to), where the text fixes them.
COMMENT_HOURS: dict[str, tuple[int, int]] = {
    "ja2-other-015": (9, 9), "ja2-other-031": (9, 9), "ja2-other-005": (11, 12), "en-other-007": (11, 12), "ja2-abuse-005": (16, 17),
    "en-praise-005": (23, 23), "ja2-praise-024": (18, 20), "ja1-support-002": (11, 12), "en-mail-004": (17, 18),
}

# Days since the customer began, where an onboarding text says how far along it is; other onboarding texts: 5 to 85 days.
ONBOARDING_WINDOW = (5, 85)
ONBOARDING_AGE: dict[str, tuple[int, int]] = {
    "en-onboarding-003": (29, 35), "en-onboarding-004": (7, 14), "en-onboarding-005": (56, 70), "en-onboarding-007": (20, 25),
    "en-onboarding-009": (5, 20), "en-onboarding-010": (40, 80), "en-onboarding-014": (9, 10), "ja1-onboarding-003": (8, 14),
    "ja1-onboarding-008": (3, 12), "ja1-onboarding-009": (31, 60), "ja1-onboarding-010": (30, 80), "ja1-onboarding-012": (1, 6),
    "ja1-onboarding-013": (28, 35), "ja1-onboarding-018": (30, 80), "ja1-onboarding-020": (5, 40), "ja1-onboarding-022": (10, 40),
}

# Least days since the customer began, where the text speaks of years or months of use.
COMMENT_TENURE: dict[str, int] = {
    "ja2-praise-039": 365, "ja2-churn-016": 700, "ja1-support-021": 300, "ja2-request-018": 400, "ja2-mixed-029": 200,
    "ja1-login-008": 365, "en-billing-005": 400, "en-crash-004": 730, "en-praise-009": 240, "ja2-praise-005": 180, "ja2-abuse-008": 730,
}
STORY_TENURE: dict[str, int] = {"churn": 150, "support": 150, "billing": 40, "login": 20, "onboarding": 0}
TENURE_DAYS = 15


def is_open(day: date) -> bool:
    """Return whether offices work on that day."""
    return day.weekday() < 5 and day not in CLOSED_DAYS  # noqa: PLR2004 - Monday to Friday


ALL_DAYS = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
OFFICE_DAYS = [day for day in ALL_DAYS if is_open(day)]


def days_between(first: date, *, last: date, office: bool) -> list[date]:
    """Return the days from first to last, both included, that lie in the period; office: working days only."""
    days = OFFICE_DAYS if office else ALL_DAYS
    return days[bisect_left(days, first):bisect_right(days, last)]


def release_on(day: date, *, product: str) -> str:
    """Return the release customers ran that day."""
    steps = (*RELEASES[product], (date.max, ""))
    return next(name for (since, name), (until, _) in pairwise(steps) if since <= day < until)


def window_of(comment_id: str, *, story: str, phase: str, month: str) -> tuple[date, date]:
    """Return the first and last day on which the comment may be written.

    A window of the comment's own wins over its month, its month over its story, its story over the whole period.
    """
    if own := COMMENT_WINDOWS.get(comment_id):
        first, last = own.split()
        return date.fromisoformat(first), date.fromisoformat(last)
    story_first, story_last = (date.fromisoformat(day) for day in STORY_WINDOWS.get((story, phase), ("2025-11-01", "2026-10-31")))
    if not month:
        return story_first, story_last
    opening = date.fromisoformat(f"{month}-01")
    closing = (opening + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return max(opening, story_first), min(closing, story_last)
