"""A program: the real server with short deadlines around models that answer at once. ``-m tests.support.serve_fake FOLDER PORT``."""

import sys
from pathlib import Path

from api import deadlines, server
from tests.support.app import fake_service, make_keys
from voc.clock import utc_now
from voc.keys import Scope
from voc.logs import configure_logs
from voc.settings import ServerSettings, Settings


def main(folder: Path, port: int) -> None:
    deadlines.HEADER_S, deadlines.BODY_S, deadlines.CHECKED_EVERY_S, deadlines.LINGER_S = 1.0, 2.0, 0.5, 0.5
    configure_logs("WARNING")

    def build(settings: Settings):  # type: ignore[no-untyped-def]
        service, _ = fake_service(settings.data_dir, intake={"requests_per_minute": 1_000_000})
        print(make_keys(service, now=utc_now())[Scope.ADMIN], flush=True)
        return service

    server.build_service = build  # type: ignore[assignment]
    server.serve(Settings(data_dir=folder, server=ServerSettings(port=port)), lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
