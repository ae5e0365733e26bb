"""Functions of PostgreSQL that Django does not know."""

from __future__ import annotations

from django.db import models
from django.db.models import Func


class Folded(Func):
    """Without marks: cà chua is ca chua, đường is duong. Migration 0007 has the extension."""

    function = "unaccent"
    output_field = models.TextField()
