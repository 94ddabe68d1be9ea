"""The account room: an account by role; a powerful voice that cools is not drowned by many happy ones."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from pipelines.explain.account_room import Heard, account_room
from pipelines.explain.room_wording import flag_wording
from pipelines.explain.tone import chance_of_falling, difference, fall, tone, tone_parts, usual_gap
from voc.account_room import AccountRoom, FlagKind, RoleWeights, RoomFlag, Tone, TrendKind
from voc.customers import Account, Customer, Role
from voc.feedback import Language, Source
from voc.issues import Period
from voc.kpis import Kpi, KpiObservation
from voc.sentiment import SentimentLabel
from voc.voices import VoiceRow

AT = datetime(2026, 10, 31, tzinfo=UTC)
ACCOUNT = Account(id="ac_1", external_id="A-1", renewal_on=date(2026, 11, 30))


def person(name: str, role: Role) -> Customer:
    return Customer(id=name, external_id=name, account_id="ac_1", role=role)


def says(who: str | None, score: float, *, days: float, intent: str = "comment", issues: frozenset[str] = frozenset()) -> VoiceRow:
    label = SentimentLabel.NEGATIVE if score < -0.2 else SentimentLabel.POSITIVE if score > 0.2 else SentimentLabel.NEUTRAL
    return VoiceRow(
        feedback_id=f"{who}@{days}", submitted_at=AT - timedelta(days=days), language=Language.JA, source=Source.SURVEY,
        customer_id=who, account_id="ac_1", segment=None, role=Role.UNKNOWN, sentiment=label, sentiment_score=score, intent=intent,
        no_signal=False, scores={}, issue_keys=issues, complained_keys=issues,
    )  # fmt: skip


def answers(who: str, *values: float, every: int = 60) -> list[KpiObservation]:
    first = AT - timedelta(days=every * len(values))
    return [
        KpiObservation(id=f"{who}{n}", kpi=Kpi.NPS, value=value, observed_at=first + timedelta(days=every * n), customer_id=who)
        for n, value in enumerate(values)
    ]


USERS = [person(f"u{n}", Role.USER) for n in range(5)]
DECIDER = person("d", Role.DECIDER)
HAPPY = [says(user.id, 0.6 + 0.05 * n, days=20 + 37 * n + 3 * k) for k, user in enumerate(USERS) for n in range(3)]
COOLING = [says("d", score, days=days) for score, days in ((0.5, 330), (0.4, 230), (-0.1, 145), (-0.3, 85), (-0.5, 64))]


def room(people: list[Customer], rows: list[VoiceRow], *, answered: list[KpiObservation] = [], **options: object) -> AccountRoom:  # noqa: B006
    values: dict[str, object] = {"at": AT, "weights": RoleWeights()} | options
    return account_room(Heard(account=ACCOUNT, people=people, rows=rows, answers=answered), **values)  # type: ignore[arg-type]


def kinds(found: AccountRoom) -> set[FlagKind]:
    return {flag.kind for flag in found.flags}


def test_five_happy_users_and_one_cooling_decider_are_flagged_where_a_naive_average_is_not() -> None:
    found = room([*USERS, DECIDER], [*HAPPY, *COOLING])
    assert found.mood.plain.mean is not None
    assert found.mood.plain.mean > 0.4, "the plain mean of all comments looks well"
    flag = next(flag for flag in found.flags if flag.kind is FlagKind.DECIDER_COOLING)
    assert flag.customer_ids == ("d",)
    assert flag.feedback_ids[0] == COOLING[-1].feedback_id
    assert (found.deciders.known, found.deciders.in_window, found.deciders.of_late) == (1, 1, 1)
    assert found.mood.value is not None
    assert found.mood.value < found.mood.plain.mean - 0.3


def test_the_same_account_with_a_decider_who_stays_happy_has_no_flag() -> None:
    steady = [says("d", score, days=days) for score, days in ((0.5, 330), (0.6, 230), (0.4, 145), (0.6, 85), (0.5, 30))]
    assert kinds(room([*USERS, DECIDER], [*HAPPY, *steady])) == set()


def test_falling_answers_cool_a_decider_who_writes_nothing() -> None:
    found = room([DECIDER], [], answered=answers("d", 9, 8, 7, 6, 5))
    assert [flag.facts["seen_in"] for flag in found.flags if flag.kind is FlagKind.DECIDER_COOLING] == ["answers"]


def test_one_bad_day_is_no_fall_and_a_short_series_is_none() -> None:
    assert fall([(AT + timedelta(days=n), v) for n, v in enumerate((0.5, 0.5, 0.6, 0.5, -0.9))], kind=TrendKind.TONE) is None
    assert fall([(AT, 0.9), (AT + timedelta(1), 0.0), (AT + timedelta(2), -0.9)], kind=TrendKind.TONE) is None
    assert fall([(AT + timedelta(days=n), 0.5 - 0.01 * n) for n in range(8)], kind=TrendKind.TONE) is None, "steady, but hardly at all"


def test_a_user_who_cools_is_no_cooling_decider() -> None:
    cooled = [row.model_copy(update={"customer_id": "u0"}) for row in COOLING]
    assert FlagKind.DECIDER_COOLING not in kinds(room([*USERS, DECIDER], cooled))


def test_the_chance_of_falling_is_the_share_of_all_orders() -> None:
    for n in (4, 5):
        counts = [sum(o[i] > o[j] for i in range(n) for j in range(i + 1, n)) for o in permutations(range(n))]
        for pairs in range(n * (n - 1) // 2 + 1):
            assert chance_of_falling(n, pairs) == pytest.approx(sum(c >= pairs for c in counts) / len(counts))


def test_deciders_who_do_not_change_are_seldom_called_cooling() -> None:
    """Two series of noise a decider (comments and answers), 5 % at most each; over 500 deciders with a fixed seed."""
    rng = random.Random(7)
    wrong = 0
    for _ in range(500):
        rows = [says("d", max(-1.0, min(1.0, rng.gauss(0.1, 0.5))), days=300 - 60 * n) for n in range(5)]
        noise = answers("d", *(min(10, max(0, round(rng.gauss(7, 2)))) for _ in range(5)))
        wrong += FlagKind.DECIDER_COOLING in kinds(room([DECIDER], rows, answered=noise))
    assert wrong / 500 <= 0.08


def test_a_decider_is_silent_measured_by_their_own_rhythm() -> None:
    monthly = [says("d", 0.5, days=days) for days in (200, 170, 140, 110, 75)]
    flag = next(flag for flag in room([DECIDER], monthly).flags if flag.kind is FlagKind.DECIDER_SILENT)
    assert (flag.facts["days"], flag.facts["usual_days"]) == (75, 30)
    yearly = [says("d", 0.5, days=days) for days in (360, 220, 75)]
    assert FlagKind.DECIDER_SILENT not in kinds(room([DECIDER], yearly))
    assert FlagKind.DECIDER_SILENT not in kinds(room([DECIDER], monthly[-2:])), "two utterances make no rhythm"
    assert FlagKind.DECIDER_SILENT not in kinds(room([DECIDER], []))


def test_who_is_silent_is_named_with_when_they_were_last_heard() -> None:
    found = room([*USERS, DECIDER], [says("u0", 0.5, days=10), says("u1", 0.5, days=120)])
    people = {one.customer.id: one for role in found.roles for one in role.people}
    assert [people[name].silent for name in ("u0", "u1", "u2", "d")] == [False, True, True, True]
    assert people["u1"].last_heard == AT - timedelta(days=120)
    assert people["d"].last_heard is None
    assert found.deciders == found.deciders.model_copy(update={"known": 1, "in_window": 0, "of_late": 0})


def test_roles_disagree_only_with_enough_comments_and_a_clear_difference() -> None:
    admin = person("a", Role.ADMIN)
    sour = [says("a", score, days=days) for score, days in ((-0.6, 40), (-0.5, 60), (-0.7, 80))]
    flag = next(flag for flag in room([*USERS, admin], [*HAPPY, *sour]).flags if flag.kind is FlagKind.ROLES_DISAGREE)
    assert (flag.facts["happier"], flag.facts["sourer"]) == ("user", "admin")
    assert float(flag.facts["low"]) > 0
    assert set(flag.feedback_ids) == {row.feedback_id for row in sour}
    assert FlagKind.ROLES_DISAGREE not in kinds(room([*USERS, admin], [*HAPPY, *sour[:2]]))
    unknown = person("a", Role.UNKNOWN)
    assert FlagKind.ROLES_DISAGREE not in kinds(room([*USERS, unknown], [*HAPPY, *sour])), "an unknown role is no side"


def test_an_unknown_role_is_shown_and_never_enters_the_mood() -> None:
    stranger = says(None, -0.9, days=5)
    unknown = person("x", Role.UNKNOWN)
    with_them = room([*USERS, unknown], [*HAPPY, says("x", -0.9, days=4), stranger])
    without = room(USERS, HAPPY)
    assert with_them.mood.value == without.mood.value
    assert (with_them.roles[-1].role, with_them.roles[-1].tone.n, with_them.roles[-1].weight) == (Role.UNKNOWN, 2, 0.0)
    assert with_them.mood.plain.n == without.mood.plain.n + 2


def test_the_mood_is_the_weighted_mean_of_the_roles_heard() -> None:
    rows = [says("u0", 0.8, days=9), says("d", -0.4, days=9)]
    people = [USERS[0], DECIDER, person("b", Role.BUYER)]
    mood = room(people, rows, weights=RoleWeights(user=1, decider=3, buyer=4)).mood
    assert mood.value == pytest.approx((0.8 - 3 * 0.4) / 4)
    assert mood.heard_weight == pytest.approx(0.5), "the buyer's half was not heard"
    assert room(people, rows, weights=RoleWeights(user=0, decider=0, buyer=0, admin=0)).mood.value is None
    assert (mood.low, mood.high) == (None, None), "one comment each has no interval"


def test_a_complaint_stays_open_until_the_same_person_says_something_positive() -> None:
    bad, good = says("u0", -0.6, days=40, intent="complaint", issues=frozenset({"tag:x"})), says("u0", 0.6, days=10)
    found = room(USERS, [bad])
    assert [one.feedback_id for one in found.open_complaints] == [bad.feedback_id]
    assert [(one.key, one.complaints) for one in found.open_issues] == [("tag:x", 1)]
    flag = next(flag for flag in found.flags if flag.kind is FlagKind.RENEWAL_WITH_COMPLAINT)
    assert (flag.facts["days"], flag.facts["complaints"]) == (30, 1)
    assert room(USERS, [bad, good]).open_complaints == ()
    assert len(room(USERS, [bad, good.model_copy(update={"customer_id": "u1"})]).open_complaints) == 1
    assert room(USERS, [says("u0", -0.6, days=181, intent="complaint")]).open_complaints == ()


def test_nothing_after_the_moment_is_looked_at() -> None:
    before = room([*USERS, DECIDER], HAPPY)
    later = [says("d", -0.9, days=-3), says(None, -0.9, days=-1)]
    assert room([*USERS, DECIDER], [*HAPPY, *later], answered=answers("d", 1, every=-5)) == before


def test_an_account_without_people_or_comments_is_empty_and_not_an_error() -> None:
    found = room([], [])
    assert (found.roles, found.flags, found.mood.value, found.mood.plain.n) == ((), (), None, 0)


def test_the_interval_treats_one_persons_comments_as_dependent() -> None:
    scores = (0.1, 0.2, 0.6, 0.7)
    apart = tone([says(f"p{n}", score, days=n) for n, score in enumerate(scores)])
    doubled = tone([says(f"p{n // 2}", score, days=n) for n, score in enumerate(scores)])
    assert apart.mean == doubled.mean == pytest.approx(0.4)
    assert doubled.high is not None
    assert apart.high is not None
    assert doubled.high > apart.high, "two people who each repeat themselves say less than four"
    assert tone([says("a", 0.5, days=1)]) == Tone(n=1, mean=0.5)
    assert tone([says("a", 0.5, days=1), says("b", 0.5, days=2)]).low is None


def test_the_parts_of_the_window_hold_every_comment_once() -> None:
    window = Period(start=AT - timedelta(days=365), end=AT + timedelta(microseconds=1))
    parts = tone_parts(HAPPY, window=window)
    assert sum(part.tone.n for part in parts) == len(HAPPY)
    assert (len(parts), parts[0].period.start, parts[-1].period.end) == (4, window.start, window.end)


def test_each_role_has_its_own_tone_in_each_part_of_the_window() -> None:
    found = {role.role: role for role in room([*USERS, DECIDER], [*HAPPY, *COOLING]).roles}
    assert [part.tone.n for part in found[Role.DECIDER].parts] == [1, 1, 1, 2]
    assert [part.tone.mean for part in found[Role.DECIDER].parts] == pytest.approx([0.5, 0.4, -0.1, -0.4])
    assert sum(part.tone.n for part in found[Role.USER].parts) == len(HAPPY)


def test_a_difference_needs_both_intervals() -> None:
    assert difference(Tone(n=1, mean=0.5), Tone(n=9, mean=0.1, low=0, high=0.2)) is None
    found = difference(Tone(n=9, mean=0.5, low=0.2, high=0.8), Tone(n=9, mean=0.1, low=-0.3, high=0.5))
    assert found == pytest.approx((0.4, -0.1, 0.9))


def test_a_usual_gap_needs_three_utterances() -> None:
    assert usual_gap([AT, AT + timedelta(days=9)]) is None
    assert usual_gap([AT, AT + timedelta(days=9), AT + timedelta(days=12)]) == timedelta(days=9)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_flag_has_a_sentence_in_both_languages(language: str) -> None:
    flags = room([*USERS, DECIDER, person("a", Role.ADMIN)], [*HAPPY, *COOLING, *[says("a", -0.6 - 0.1 * n, days=9 * n) for n in range(1, 4)]]).flags
    seen = {flag.kind for flag in flags}
    silent = RoomFlag(kind=FlagKind.DECIDER_SILENT, customer_ids=("d",), facts={"days": 75, "usual_days": 30})
    assert seen | {silent.kind} == set(FlagKind)
    for flag in (*flags, silent):
        sentence = flag_wording(flag, names={"d": "青木"}, language=language)
        assert sentence.endswith("。" if language == "ja" else ".")
        assert "{" not in sentence
        if flag.kind in (FlagKind.DECIDER_COOLING, FlagKind.DECIDER_SILENT):
            assert "青木" in sentence
