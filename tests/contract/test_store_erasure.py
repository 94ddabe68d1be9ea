"""An erasure takes the same rows out of both databases and refuses the same customers afterwards."""

from pathlib import Path

from pipelines.erasing.work import Erasing
from pipelines.intake import DirectWriter
from tests.support.builders import NOON, customer, enrichment, feedback
from voc.customers import Customer
from voc.errors import ErasedError
from voc.filters import FeedbackFilter
from voc.kpis import Kpi, KpiObservation, Score
from voc.provenance import Answer, FigureKind, FigureQuery, figure_of
from voc.search import SearchWords
from voc.store import Store
from voc.topics import Topic, TopicAssignment


def test_an_erasure_leaves_no_row_of_the_person_and_all_of_others(any_store: Store, tmp_path: Path) -> None:
    theirs = feedback("zymurgistic export", external_id="1", customer_id=customer("gone"), scores=(Score(kpi=Kpi.NPS, value=1),))
    others = [feedback(f"export {n}", external_id=f"o{n}", customer_id=customer(f"o{n}")) for n in range(3)]
    others[0] = others[0].model_copy(update={"duplicate_of": theirs.id})
    value = KpiObservation(id="ko_" + "0" * 24, kpi=Kpi.CSAT, value=1, observed_at=NOON, customer_id=customer("gone"))
    answer = Answer(value=1.0, n=2, evidence=(theirs.id, others[0].id))
    figure = figure_of(FigureQuery(kind=FigureKind.COMMENT_COUNT), answer, versions={}, as_of=NOON)
    with any_store.write() as unit:
        unit.feedback.add([theirs, *others])
        unit.enrichments.add([enrichment(one, words=tuple(one.verbatim.split())) for one in (theirs, *others)], now=NOON)
        unit.customers.put_customers([Customer(id=customer("gone"), external_id="gone", name="Quillon Zubrowski")])
        unit.kpis.add([value])
        centre = enrichment(theirs).sentences[0].vector
        unit.topics.put([Topic(id="tp_1", name="zymurgistic export", keywords=("zymurgistic",), example_ids=(f"{theirs.id}.0",), size=2, centroid=centre)])
        unit.topics.assign([TopicAssignment(sentence_id=f"{one.id}.0", topic_id="tp_1", similarity=0.9) for one in (theirs, others[1])])
        unit.figures.add([(figure, answer.evidence)])
    erasing = Erasing(any_store, DirectWriter(any_store), folder=tmp_path / "files", clock=lambda: NOON)
    (tmp_path / "files").mkdir()
    receipt = erasing.erase("gone", by="test")
    assert (receipt.state.value, receipt.places["feedback"], receipt.places["kpi_observation"]) == ("done", 1, 2)
    with any_store.read() as unit:
        assert unit.erasures.count(unit.erasures.person(customer("gone"))) == {}
        assert unit.feedback.count(FeedbackFilter()) == 3
        assert all(found.duplicate_of is None for found in unit.feedback.find(FeedbackFilter(), limit=9))
        assert unit.search.find(SearchWords(units=((("zymurgistic",),),)), among=FeedbackFilter(), limit=9) == []
        topic = unit.topics.get("tp_1")
        assert topic is not None
        assert (topic.name, topic.keywords, topic.example_ids) == ("export 1", (), (f"{others[1].id}.0",))
        assert unit.figures.get(figure.id) == (figure, True)
        assert unit.figures.evidence(figure.evidence_digest) == [others[0].id]
    with any_store.write() as unit:
        refused = unit.erasures.refusals([customer("gone"), theirs.id, customer("o1")])
    assert {name: type(error) for name, error in refused.items()} == {customer("gone"): ErasedError, theirs.id: ErasedError}
