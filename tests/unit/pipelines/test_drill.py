"""The drill: reasons are what comments about an issue name more often than everybody does, each with its own n and KPI."""

from pipelines.explain.drill import MIN_REASON, drill_lines, narrowed
from voc.drivers import Issue, IssueKind, Voice
from voc.ledger import DrillKind, DrillPath

LOGIN = Issue(kind=IssueKind.TAG, id="login", name="Login")
CODES, DESIGN, RARE = (Issue(kind=IssueKind.TOPIC, id=name, name=name) for name in ("codes", "design", "rare"))


def side(name, *groups):
    """Voices from (count, value, issue keys) groups."""
    return [
        Voice(feedback_id=f"{name}{at}.{n}", value=value, cluster=f"{name}{at}.{n}", segment="smb", source="survey", issue_keys=frozenset(keys))
        for at, (count, value, keys) in enumerate(groups)
        for n in range(count)
    ]


def reasons(before, after):
    lines = drill_lines(LOGIN, before=before, after=after, others=[CODES, DESIGN, RARE], places={})
    return {line.name: line for line in lines if line.kind is DrillKind.REASON}


def test_a_reason_is_named_more_often_about_the_issue_than_everywhere():
    """By hand: codes are in 6 of 10 comments about the login and in 6 of 40 of all, design in 3 of 10 and in 18 of 40."""
    before = side("b", (2, -50.0, {"tag:login", "topic:codes"}), (3, 0.0, {"tag:login", "topic:design"}), (15, 50.0, {"topic:design"}))
    after = side("a", (4, -100.0, {"tag:login", "topic:codes"}), (1, 0.0, {"tag:login"}), (15, 50.0, ()))
    found = reasons(before, after)
    assert set(found) == {"codes"}
    line = found["codes"]
    assert (line.issue, line.n_before, line.n_after, line.value_before, line.value_after) == (CODES, 2, 4, -50.0, -100.0)
    assert len(line.evidence) == 6


def test_what_too_few_comments_about_the_issue_name_is_no_reason():
    def named(count):
        return reasons([], side("a", (count, 0.0, {"tag:login", "topic:rare"}), (10, 0.0, {"tag:login"}), (40, 0.0, ())))

    assert set(named(MIN_REASON - 1)) == set()
    assert set(named(MIN_REASON)) == {"rare"}


def test_a_path_narrows_what_the_next_lines_tell_apart():
    """By hand: six of ten comments about the login name codes; of these two are of a large customer, one of them of release 4.2."""
    groups = ["big", "big", "smb", "smb", "smb", "smb", "big", "big", "smb", "smb"]
    before = [
        voice.model_copy(update={"segment": group})
        for voice, group in zip(side("b", (6, -50.0, {"tag:login", "topic:codes"}), (4, 0.0, {"tag:login"})), groups, strict=True)
    ]
    elsewhere = side("a", (20, 50.0, {"topic:design"}))
    places = {DrillKind.PRODUCT: {}, DrillKind.RELEASE: {before[0].feedback_id: "4.2", before[2].feedback_id: "4.2"}}

    def lines(**path):
        path = DrillPath(**path)
        told = drill_lines(LOGIN, before=before, after=elsewhere, others=[CODES], places=places, path=path)
        assert not {line.kind for line in told} & path.steps().keys(), "what was chosen is told apart no more"
        return {(line.kind.value, line.name): line.n_before for line in told}

    assert lines() == {("reason", "codes"): 6, ("group", "smb"): 6, ("group", "big"): 4, ("release", "4.2"): 2}
    assert lines(reason="topic:codes") == {("group", "smb"): 4, ("group", "big"): 2, ("release", "4.2"): 2}
    assert lines(reason="topic:codes", group="big") == {("release", "4.2"): 1}
    assert lines(reason="topic:codes", group="big", release="4.2") == {}
    assert [v.feedback_id for v in narrowed(before, issue=LOGIN, path=DrillPath(reason="topic:codes", group="big", release="4.2"), places=places)] == ["b0.0"]
    assert narrowed(before, issue=LOGIN, path=DrillPath(release="9"), places=places) == []
