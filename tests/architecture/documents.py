"""Writes anew the documents that are drawn from the code: `python -m tests.architecture.documents`."""

from __future__ import annotations

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grocery.config.settings")
    django.setup()
    from tests.architecture import domain_map, test_documents

    domain_map.PLACE.write_text(domain_map.draw(), encoding="utf-8")
    test_documents.GRAPHQL.write_text(test_documents.schema(), encoding="utf-8")
    test_documents.OPENAPI.write_text(test_documents.openapi(), encoding="utf-8")
