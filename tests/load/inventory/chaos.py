"""A shop whose web processes and relays are killed all the time, while people buy, cancel and let time run out."""

from __future__ import annotations

import os

from grocery.config.embedded import free_port
from grocery.config.processes import Shop
from tests.load.measure import table
from tests.running import servers_of_its_own

WHAT = "A shop whose processes are killed"
HEAD = ["wishes", "orders", "packed", "cancelled", "not paid", "web killed", "relays killed", "requests broken"]
HEAD += ["orders told by a retry", "wrong answers", "deadlocks", "seconds", "differences"]
_WEBS, _RELAYS = int(os.environ.get("BENCH_WEBS", "12")), int(os.environ.get("BENCH_RELAYS", "18"))
_UNITS, _BUYERS, _SEED = 120, 8, int(os.environ.get("BENCH_SEED", "20261121"))


def run() -> str:
    """Two houses, each `granian` and `manage.py relay` as production starts them, on a durable database."""
    with servers_of_its_own(durable=True) as servers:
        environment = {**servers.environment, "LOG_LEVEL": "WARNING", "SIGN_IN_TRIES_PER_MINUTE": "100000"}
        first = Shop(servers.home / "first", 1, 2, environment)
        os.environ |= first.environment | {"DJANGO_SETTINGS_MODULE": "grocery.config.settings", "DATABASE_POOL": "0"}
        first.manage("migrate", "--verbosity=0")
        import django

        django.setup()
        from tests.chaos import verdict
        from tests.chaos.houses import Commands
        from tests.chaos.storm import gathering

        # One shop, one address: it stands in the tokens, and a house refuses those of another shop.
        environment["PUBLIC_URL"] = first.url
        houses = [
            Commands(servers.home / name, free_port(), free_port(), dict(environment)) for name in ("east", "west")
        ]
        with gathering(houses, units=_UNITS, buyers=_BUYERS, seed=_SEED) as storm:
            storm.rage(webs=_WEBS, relays=_RELAYS)
        seen, ended, wishes, faults = storm.seen(), verdict.endings(), storm.wishes(), storm.faults()
        row = [len(wishes), ended.total(), ended["packed"], ended["customer"], ended["not_paid"]]
        row += [storm.killed["web"], storm.killed["relay"], seen.broken, seen.late, len(seen.wrong)]
        lines = [table(HEAD, [[*row, verdict.deadlocks(), storm.seconds, len(faults)]]), *seen.wrong, *faults]
        return "\n".join(lines)
