"""The web role."""

import gc
import os
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grocery.config.settings")
_answered = get_wsgi_application()

from grocery.kernel.outbox.waker import wake_in_the_background  # noqa: E402 - it reads models: Django first


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """What granian calls; whoever only imports this gets no thread."""
    wake_in_the_background()
    return _answered(environ, start_response)


# All addresses, and with them all views, are read now and not by whoever asks first. What is there by then stays as
# long as the process lives: the garbage collector need not go through it time and again in the middle of a request.
get_resolver().url_patterns  # noqa: B018 - reading it is what loads it
gc.collect()
gc.freeze()
# A cart of 60 lines is ten thousand objects, none of them in a cycle: looking for cycles after every 2,000 took a
# tenth of the time in which it is answered.
gc.set_threshold(50_000, 20, 100)
