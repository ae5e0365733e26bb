#!/usr/bin/env python
"""Commands for developers and operators: `./manage.py help`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if "DATABASE_URL" not in os.environ:
        from grocery.config.local import adopt_demo_environment

        adopt_demo_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grocery.config.settings")
    execute_from_command_line(sys.argv)
