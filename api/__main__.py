"""The service as a program: ``python -m api``. ``voc serve`` starts it; settings come from the environment.

``--json`` says where it listens, or why not, as one JSON object on one line of standard output.
"""

import os
import sys
import webbrowser

import orjson

from voc.errors import SettingsError, StorageBusyError, StorageError, StorageInUseError, VocError
from voc.logs import configure_logs
from voc.settings import load_settings

BAD_SETTINGS = 78
TRY_LATER = 75
UNAVAILABLE = 69


def main(arguments: list[str]) -> int:
    """Serve until stopped; return the exit code: as those of ``voc``."""
    from api.server import serve

    json = "--json" in arguments

    def ready(address: str) -> None:
        if json:
            _print_json({"address": address, "pid": os.getpid()})
        else:
            sys.stdout.write(f"voc: {address}\n")
        sys.stdout.flush()
        if "--open-browser" in arguments:
            webbrowser.open(address)

    try:
        settings = load_settings(dict(os.environ))
        configure_logs(settings.log_level)
        serve(settings, ready)
    except SettingsError as error:
        _say_error(error, json=json)
        return BAD_SETTINGS
    except StorageError as error:
        _say_error(error, json=json)
        return TRY_LATER if isinstance(error, StorageInUseError | StorageBusyError) else UNAVAILABLE
    return 0


def _say_error(error: VocError, *, json: bool) -> None:
    if json:
        _print_json({"error": {"code": error.code, "message": error.message}})
    sys.stderr.write(f"voc: {error.message}\n")


def _print_json(value: dict[str, object]) -> None:
    sys.stdout.write(orjson.dumps(value).decode() + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
