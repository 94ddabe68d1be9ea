"""Tags: one's own taxonomies with how well each tag is told from the others, and the shipped taxonomy with its definitions."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse

from api.auth import same_site
from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visiting
from voc.store import Unit
from voc.tag_learning import LearntTags, TagQuality
from voc.taxonomy import Tag, Taxonomy, by_large

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class KnownTaxonomy:
    """A taxonomy; ``lines`` are its tags, those that need more examples first, each with its quality once learnt."""

    taxonomy: Taxonomy
    active: bool
    learnt_at: datetime | None
    lines: tuple[tuple[Tag, TagQuality | None], ...]


@router.get("/tags")
def tags(visit: Visiting) -> HTMLResponse:
    """Show all taxonomies."""
    shipped = visit.service.taxonomy
    with visit.service.store.read() as unit:
        own = [_known(unit, taxonomy) for taxonomy in unit.taxonomies.find()]
        relearnt = _known(unit, shipped)
        corrected = unit.corrections.count_comments(frozenset(tag.id for tag in shipped.tags))
    groups = by_large(shipped.tags, language=visit.language)
    return render(visit, "tags.html", page="tags", own=own, shipped=relearnt, corrected=corrected, groups=groups)


@router.post("/tags/{name}/learn", dependencies=[Depends(same_site)])
def learn(visit: Visiting, name: str) -> RedirectResponse:
    """Learn a taxonomy anew from its examples and people's corrections."""
    visit.must_act()
    visit.service.lessons.learn(name)
    return RedirectResponse("/tags", status_code=303)


@router.post("/tags/{name}/forget", dependencies=[Depends(same_site)])
def forget(visit: Visiting, name: str) -> RedirectResponse:
    """Forget what was learnt for a taxonomy."""
    visit.must_act()
    visit.service.lessons.forget(name)
    return RedirectResponse("/tags", status_code=303)


def _known(unit: Unit, taxonomy: Taxonomy) -> KnownTaxonomy:
    found = unit.taxonomies.learnt(taxonomy.name)
    return KnownTaxonomy(
        taxonomy=taxonomy,
        active=found is not None and found[0].stamp in unit.taxonomies.active_stamps(),
        learnt_at=found[1] if found else None,
        lines=_lines(taxonomy, found[0] if found else None),
    )


def _lines(taxonomy: Taxonomy, learnt: LearntTags | None) -> tuple[tuple[Tag, TagQuality | None], ...]:
    """Return the tags in the order in which they want attention: too few examples, then worst told, then those not learnt yet."""
    quality = {one.tag: one for one in learnt.quality} if learnt else {}

    def key(tag: Tag) -> tuple[bool, bool, float, str]:
        judged = quality.get(tag.id)
        return (judged is None, judged is not None and not judged.needs_more, judged.f1 if judged else 0.0, tag.id)

    return tuple((tag, quality.get(tag.id)) for tag in sorted(taxonomy.tags, key=key))
