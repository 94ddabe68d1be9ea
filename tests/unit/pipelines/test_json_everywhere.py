"""Every command of `voc` can answer as JSON."""

import typer

from pipelines.cli import app


def commands(group: typer.core.TyperGroup, name: str = "voc") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            found |= commands(command, f"{name} {key}")
        else:
            found[f"{name} {key}"] = [option for parameter in command.params for option in parameter.opts]
    return found


def test_every_command_takes_json() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    found = commands(group)
    assert len(found) > 25
    assert [name for name, options in found.items() if "--json" not in options] == []
