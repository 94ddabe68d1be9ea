"""Reach: whom an issue touches, and whether it is confined to one kind of voice.

Surveys are asked, support is sought, posts and reviews are made in public: an issue that shows in one of them alone may be an artefact of
who speaks there. The verdict, by stated rules:

* a kind of voice counts where it has at least ``MIN_KIND`` read comments; with fewer than two such kinds, or an issue of fewer than
  ``MIN_WITH`` comments in them, nobody can tell;
* systemic: at least ``MIN_VOICES`` accounts (else customers) name it in each of two kinds;
* isolated: they do in one kind, and its share in the others together lies clearly below (Wilson intervals apart);
* else nobody can tell.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipelines.explain.trends import readable, share_interval
from pipelines.explain.wording import MIN_WITH
from voc.drivers import Heard, Issue, Reach, Verdict
from voc.feedback import Source
from voc.issues import SharePeriod
from voc.voices import VoiceRow, issue_key

KINDS = {
    Source.SURVEY: "survey",
    Source.TICKET: "support",
    Source.CALL: "support",
    Source.NOTE: "support",
    Source.POST: "public",
    Source.REVIEW: "public",
}
MIN_KIND = 30
MIN_VOICES = 3


def reach(
    rows: Sequence[VoiceRow], *, issues: Sequence[Issue], accounts: frozenset[str], revenues: Mapping[str, float]
) -> dict[str, Reach]:
    """Return the reach of each issue by its key.

    Parameters
    ----------
    rows
        All voices; those without signal or not yet analysed are left out here.
    accounts
        Our ids of the accounts with a profile.
    revenues
        What they pay a year by our id, where it is known.
    """
    heard = readable(rows)
    totals: dict[str, int] = defaultdict(int)
    by_key: dict[str, list[VoiceRow]] = defaultdict(list)
    for row in heard:
        totals[KINDS[row.source]] += 1
        for key in row.issue_keys:
            by_key[key].append(row)
    return {
        issue_key(issue): _reach(issue, by_key[issue_key(issue)], totals=totals, accounts=accounts, revenues=revenues) for issue in issues
    }


def _reach(
    issue: Issue, mine: Sequence[VoiceRow], *, totals: Mapping[str, int], accounts: frozenset[str], revenues: Mapping[str, float]
) -> Reach:
    touched = accounts & {row.account_id for row in mine}
    paid = [revenues[name] for name in sorted(touched) if name in revenues]
    found = tuple(_heard(kind, mine, total=totals[kind]) for kind in sorted(totals))
    return Reach(
        issue=issue,
        accounts=len(touched),
        revenue=sum(paid) if paid else None,
        revenue_of=len(paid),
        heard=found,
        verdict=verdict(found),
    )


def _heard(kind: str, mine: Sequence[VoiceRow], *, total: int) -> Heard:
    rows = [row for row in mine if KINDS[row.source] == kind]
    return Heard(kind=kind, count=len(rows), total=total, clusters=len({row.cluster for row in rows}))


def verdict(heard: Sequence[Heard]) -> Verdict:
    """Return whether an issue is confined to one kind of voice."""
    counted = [one for one in heard if one.total >= MIN_KIND]
    naming = [one for one in counted if one.clusters >= MIN_VOICES]
    if len(counted) < 2 or sum(one.count for one in counted) < MIN_WITH or not naming:  # noqa: PLR2004 - one kind has no other
        return Verdict.CANNOT_TELL
    if len(naming) > 1:
        return Verdict.SYSTEMIC
    others = [one for one in counted if one is not naming[0]]
    inside = share_interval(SharePeriod(count=naming[0].count, total=naming[0].total))
    outside = share_interval(SharePeriod(count=sum(one.count for one in others), total=sum(one.total for one in others)))
    apart = inside is not None and outside is not None and outside[1] < inside[0]
    return Verdict.ISOLATED if apart else Verdict.CANNOT_TELL
