"""Topics: fit, see what a fit proposes, decide, look at the history, undo; and group the texts of a file without a database."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pipelines.commands import file_tools
from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, note, print_json, say, settings

if TYPE_CHECKING:
    from pipelines.topic_editing import Outcome, TopicEditing
    from pipelines.topic_effects import Effect
    from voc.emerging import Emerging

FILE = "file"
Lang = Annotated[str, typer.Option("--lang", help="Names for readers of ja or en.")]
Who = Annotated[str, typer.Option("--by", help="Who decides; kept with the edit.")]
TopicId = Annotated[str, typer.Argument(help="Id of the topic.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only say what would change.")]


class FileOrCommand(TyperGroup):
    """Takes a first argument that is no command for the file of ``voc topics FILE``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command's name before a file's."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [FILE, *args]
        return super().parse_args(ctx, args)


topics = typer.Typer(
    cls=FileOrCommand,
    no_args_is_help=True,
    help="Topics: fit, proposals, decisions, history. With FILE: group its texts, without a database.",
)
topics.command(FILE)(file_tools.topics)


@topics.command("fit")
def fit(*, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Fit topics now. The first fit makes them; later ones propose changes, which wait for a decision."""
    from dataclasses import asdict

    from pipelines.assembly import build_models, build_runner, build_store
    from pipelines.progress import progress_for
    from pipelines.run import RunCounts
    from voc.ids import random_id

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config)) as store, closing(build_models(config.models)) as models:
            models.ensure_loaded()
            counts = RunCounts()
            runner = build_runner(store, models, config)
            if waiting := runner.pending():
                note(f"{waiting} comments have not been read by the models in use; `voc run` or the service reads them.")
            runner.conclude(counts, progress_for(sys.stderr, quiet=quiet), run_id=random_id("run"), fit_topics=True)
        if json:
            print_json(asdict(counts))
        else:
            say(f"{counts.topics} topics, {counts.unassigned} sentences without one, {counts.proposals} proposals: voc topics proposals")


@topics.command("proposals")
def proposals(*, lang: Lang = "en", json: JsonFlag = False) -> None:
    """List what the last fit proposes and nobody has decided, largest first."""
    from pipelines.assembly import build_store
    from voc.topics import ProposalState, TopicState

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            found = unit.proposals.find(state=ProposalState.OPEN)
            names = {topic.id: topic.name_in(lang) for topic in unit.topics.find(states=TopicState)}
            examples = [name for one in found for part in one.parts for name in part.topic.example_ids[:2]]
            texts, look = unit.enrichments.sentence_texts(examples), unit.looks.latest()
        emerging = {} if look is None else {one.id: look.of_proposal(one.id) for one in found}
        if json:
            kept = {"parts": {"__all__": {"topic": {"centroid"}}}}
            seen = {name: one.model_dump(mode="json") if one is not None else None for name, one in emerging.items()}
            print_json({"proposals": [one.model_dump(mode="json", exclude=kept) | {"emerging": seen.get(one.id)} for one in found]})
            return
        for one in found:
            about = ", ".join(names.get(name, name) for name in one.topic_ids)
            say(f"{one.id}  {one.kind.value:<6} {one.size:>5} sentences  {about}")
            if growing := emerging.get(one.id):
                say(_growing(growing))
            for part in one.parts:
                say(f"    {len(part.sentence_ids):>5}  {part.topic.name_in(lang)}")
                for text in (texts[name] for name in part.topic.example_ids[:2] if name in texts):
                    say(f"           {' '.join(text.split())}")
        if not found:
            say("Nothing to decide.")


@topics.command("accept")
def accept(
    proposal: Annotated[str, typer.Argument(help="Id of the proposal.")],
    name: Annotated[str | None, typer.Option("--name", help="Another name for the topic that comes of it.")] = None,
    by: Who = "cli",
    *,
    lang: Lang = "en",
    preview: Preview = False,
    json: JsonFlag = False,
) -> None:
    """Do what a proposal says; `voc topics undo` takes it back."""
    with errors_as_exit_codes(json=json), _editing() as editing:
        done = editing.decide(proposal, accept=True, by=by, name=name, preview=preview)
        if done is not None:
            _show(done, lang=lang, json=json)


@topics.command("reject")
def reject(proposal: Annotated[str, typer.Argument(help="Id of the proposal.")], by: Who = "cli", *, json: JsonFlag = False) -> None:
    """Decline a proposal; it comes back only when it has grown by half."""
    with errors_as_exit_codes(json=json), _editing() as editing:
        editing.decide(proposal, accept=False, by=by)
        if json:
            print_json({"proposal": proposal, "state": "rejected"})


@topics.command("promote")
def promote(
    topic: TopicId,
    taxonomy: Annotated[str, typer.Option("--taxonomy", help="Your own taxonomy; made where there is none of the name.")],
    tag: Annotated[str, typer.Option("--tag", help="Id of the tag to make.")],
    name: Annotated[str | None, typer.Option("--name", help="What the tag is called; left out: its id.")] = None,
    by: Who = "cli",
    *,
    lang: Lang = "en",
    preview: Preview = False,
    json: JsonFlag = False,
) -> None:
    """Make a topic a tag of your own; `voc tags learn` puts the tag to use."""
    from pipelines.assembly import build_taxonomy
    from pipelines.topic_tags import promoted

    with errors_as_exit_codes(json=json), _editing() as editing:
        build = promoted(taxonomy, tag, name=name, shipped=build_taxonomy())
        _show(editing.edit(topic, build, by=by, preview=preview), lang=lang, json=json)


@topics.command("absorb")
def absorb(
    topic: TopicId,
    taxonomy: Annotated[str, typer.Option("--taxonomy", help="Your own taxonomy.")],
    tag: Annotated[str, typer.Option("--tag", help="Id of the tag that takes the topic in.")],
    by: Who = "cli",
    *,
    lang: Lang = "en",
    preview: Preview = False,
    json: JsonFlag = False,
) -> None:
    """Let a tag of your own take a topic in; `voc tags learn` teaches it the topic's sentences."""
    from pipelines.topic_tags import absorbed

    with errors_as_exit_codes(json=json), _editing() as editing:
        _show(editing.edit(topic, absorbed(taxonomy, tag), by=by, preview=preview), lang=lang, json=json)


@topics.command("list")
def list_topics(
    *,
    emerging: Annotated[bool, typer.Option("--emerging", help="Only those that are new and growing.")] = False,
    lang: Lang = "en",
    json: JsonFlag = False,
) -> None:
    """List topics, largest first, and which of them emerge."""
    from pipelines.assembly import build_store
    from voc.topics import ProposalState

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            look, found = unit.looks.latest(), unit.topics.find()
            waiting = [] if look is None else [one.id for one in unit.proposals.find(state=ProposalState.OPEN) if look.of_proposal(one.id)]
        seen = {} if look is None else {one.topic_id: one for one in look.found}
        shown = [topic for topic in found if topic.id in seen or not emerging]
        if json:
            print_json(
                {
                    "looked_until": look.day if look is not None else None,
                    "topics": [
                        topic.model_dump(mode="json", exclude={"centroid"})
                        | {"emerging": seen[topic.id].model_dump(mode="json") if topic.id in seen else None}
                        for topic in shown
                    ],
                }
            )
            return
        for topic in shown:
            say(f"{topic.id}  {topic.size:>6} sentences  {topic.name_in(lang)}")
            if topic.id in seen:
                say(_growing(seen[topic.id]))
        if waiting:
            say(f"Proposed topics that grow: {len(waiting)} (voc topics proposals)")
        elif not shown:
            say("No topic emerges." if emerging else "No topic yet.")


@topics.command("undo")
def undo(number: Annotated[int, typer.Argument(help="Number of the edit.")], by: Who = "cli", *, json: JsonFlag = False) -> None:
    """Take an edit back, unless a later one that stands touches the same topics."""
    with errors_as_exit_codes(json=json), _editing() as editing:
        edit = editing.undo(number, by=by)
        if json:
            print_json({"edit": edit.number, "kind": edit.change.kind.value, "undone_by": by})
        else:
            say(f"edit {edit.number} ({edit.change.kind.value}) is taken back")


@topics.command("history")
def history(
    topic: Annotated[str | None, typer.Argument(help="Id of a topic; left out: all.")] = None,
    *,
    lang: Lang = "en",
    json: JsonFlag = False,
) -> None:
    """List what was done to topics, by whom and when, latest first."""
    from pipelines.assembly import build_store
    from voc.topics import TopicState

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            found = unit.topic_edits.find(topic)
            names = {one.id: one.name_in(lang) for one in unit.topics.find(states=TopicState)}
        if json:
            kept = {"change": {"before": {"__all__": {"centroid"}}, "after": {"__all__": {"centroid"}}}}
            print_json({"edits": [edit.model_dump(mode="json", exclude=kept) for edit in found]})
            return
        for edit in found:
            after = ", ".join(f"{one.name_in(lang)} ({one.size})" for one in edit.change.after)
            after = after or ", ".join(group.name_in(lang) for group in edit.change.groups_after)
            goals = dict.fromkeys(move.to_topic for move in edit.change.moves)
            after = after or ", ".join("to none" if goal is None else f"to {names.get(goal, goal)}" for goal in goals)
            moved = f"{len(edit.change.moves)} moved" + (f", taken back by {edit.undone_by}" if edit.undone_by else "")
            say(f"{edit.number:>4}  {edit.at:%Y-%m-%d %H:%M}  {edit.by}  {edit.change.kind.value}: {after}, {moved}")


def _growing(one: "Emerging") -> str:
    what = "new and growing" if one.new else "growing"
    return f"    {what} since {one.since}: {one.count} voices in {one.days} days, {one.expected:.1f} expected"


@contextmanager
def _editing() -> "Iterator[TopicEditing]":
    from pipelines.assembly import build_store
    from pipelines.intake import DirectWriter
    from pipelines.topic_editing import TopicEditing
    from voc.clock import utc_now

    with closing(build_store(settings())) as store:
        yield TopicEditing(store, DirectWriter(store), clock=utc_now)


def _show(done: "Outcome", *, lang: str, json: bool) -> None:
    after = [topic.model_dump(mode="json", exclude={"centroid"}) for topic in done.change.after]
    number = done.edit.number if done.edit is not None else None
    place = done.change.tag
    if json:
        shown = place.model_dump(mode="json") if place is not None else None
        effects = [_counts(effect) for effect in done.effects]
        facts = {"edit": number, "kind": done.change.kind.value, "moved": len(done.change.moves), "after": after, "tag": shown}
        print_json(facts | {"effects": effects})
        return
    what = ", ".join(f"{topic.name_in(lang)} ({topic.size})" for topic in done.change.after)
    state = f"edit {number}" if number else "nothing is changed yet"
    if place is not None:
        what += f"; {place.examples} sentences teach {place.taxonomy}/{place.tag.id} at the next voc tags learn {place.taxonomy}"
    say(f"{done.change.kind.value}: {what}; {len(done.change.moves)} sentences move; {state}")
    for one in done.effects:
        name = one.becomes.name_in(lang) if one.becomes is not None else "no topic"
        comments = "" if one.after.comments is None else f", comments {one.before.comments} -> {one.after.comments}"
        say(f"    {name}: sentences {one.before.sentences} -> {one.after.sentences}{comments}")


def _counts(effect: "Effect") -> dict[str, Any]:
    from dataclasses import asdict

    topic_id = effect.becomes.id if effect.becomes is not None else None
    return {"topic_id": topic_id, "before": asdict(effect.before), "after": asdict(effect.after)}
