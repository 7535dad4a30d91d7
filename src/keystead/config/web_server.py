"""The web server: granian, with pages, API and live streams. Without state of its own: start as many as there are machines."""

import argparse
import os


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="keystead web", description="One web server on an existing database.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", default=8000, type=int)
    options = parser.parse_args(arguments)

    from granian import Granian
    from granian.constants import Interfaces

    os.environ.setdefault("KEYSTEAD_DB_ROLE", "app")
    Granian(
        "keystead.config.serving:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.RSGI,
        workers=int(os.environ.get("KEYSTEAD_WEB_WORKERS") or 1),
        backpressure=4096,  # connections at once; each open page holds one
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()
    return 0
