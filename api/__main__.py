"""The service as a program: ``python -m api``. ``voc serve`` starts it; settings come from the environment."""

import os
import sys
import webbrowser

from voc.errors import SettingsError, StorageBusyError, StorageError, StorageInUseError
from voc.logs import configure_logs
from voc.settings import load_settings

BAD_SETTINGS = 78
TRY_LATER = 75
UNAVAILABLE = 69


def main(arguments: list[str]) -> int:
    """Serve until stopped; return the exit code: as those of ``voc``."""
    from api.server import serve

    def ready(address: str) -> None:
        sys.stdout.write(f"voc: {address}\n")
        sys.stdout.flush()
        if "--open-browser" in arguments:
            webbrowser.open(address)

    try:
        settings = load_settings(dict(os.environ))
        configure_logs(settings.log_level)
        serve(settings, ready)
    except SettingsError as error:
        sys.stderr.write(f"voc: {error.message}\n")
        return BAD_SETTINGS
    except StorageError as error:
        sys.stderr.write(f"voc: {error.message}\n")
        return TRY_LATER if isinstance(error, StorageInUseError | StorageBusyError) else UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
