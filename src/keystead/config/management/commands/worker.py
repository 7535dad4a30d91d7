"""The worker: takes jobs from the queue until it is told to stop."""

import asyncio
from typing import Any

from django.core.management.base import CommandParser
from procrastinate.contrib.django import app

from keystead.config.management.own import OwnCommand
from keystead.jobs.upkeep import BEAT, SILENCE, look_after


class Command(OwnCommand):
    help = "Runs background jobs until stopped. Start as many as you like: each job is taken once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (default: %(default)s)")
        parser.add_argument("--grace", type=float, default=5.0, help="seconds a job may go on after a stop signal")
        parser.add_argument("--until-empty", action="store_true", help="end when no job is left")

    def handle(self, *args: Any, **options: Any) -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
            asyncio.run(self._work(worker_app, options["concurrency"], options["grace"], wait=not options["until_empty"]))

    async def _work(self, worker_app: Any, concurrency: int, grace: float, *, wait: bool) -> None:
        async with worker_app.open_async():
            beside = asyncio.create_task(look_after(worker_app.connector))
            try:
                await worker_app.run_worker_async(
                    name="keystead",
                    concurrency=concurrency,
                    shutdown_graceful_timeout=grace,
                    wait=wait,
                    delete_jobs="successful",
                    update_heartbeat_interval=BEAT,
                    stalled_worker_timeout=SILENCE,
                )
            finally:
                beside.cancel()
