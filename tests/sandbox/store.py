"""What the sandbox remembers: JSON documents in SQLite, in memory or in a file that outlives it."""

from __future__ import annotations

import json
import sqlite3
from threading import RLock
from typing import Any

Document = dict[str, Any]


class Store:
    """Documents by kind and id, in the order in which they were first put. `lock` makes several steps one."""

    def __init__(self, file: str | None = None) -> None:
        self.lock = RLock()
        self._database = sqlite3.connect(file or ":memory:", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS document (number INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT,"
            " UNIQUE (kind, id))"
        )
        self._database.execute("CREATE INDEX IF NOT EXISTS in_order ON document (kind, number)")

    def get(self, kind: str, key: str) -> Document | None:
        with self.lock:
            row = self._database.execute(
                "SELECT body FROM document WHERE kind = ? AND id = ?", (kind, key)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, key: str, document: Document) -> None:
        with self.lock:
            self._database.execute(
                "INSERT INTO document (kind, id, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (kind, key, json.dumps(document)),
            )

    def drop(self, kind: str, key: str) -> None:
        with self.lock:
            self._database.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, key))

    def all(self, kind: str) -> list[Document]:
        """Oldest first."""
        with self.lock:
            rows = self._database.execute(
                "SELECT body FROM document WHERE kind = ? ORDER BY number", (kind,)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def keep_last(self, kind: str, count: int) -> None:
        """Drop all but the newest so many."""
        with self.lock:
            self._database.execute(
                "DELETE FROM document WHERE kind = ? AND number <="
                " (SELECT number FROM document WHERE kind = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (kind, kind, count),
            )

    def forget(self, *, keep: str) -> None:
        """Everything but one kind."""
        with self.lock:
            self._database.execute("DELETE FROM document WHERE kind != ?", (keep,))
