"""Settings of the live role: the same, with no middleware and two addresses.

Django runs middleware that is not asynchronous in a thread, one per request until it ends; a stream ends when the
customer goes home.
"""

from grocery.config.settings import *  # noqa: F403 - the same settings, but for these

SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]  # there is no admin here
MIDDLEWARE = []
ROOT_URLCONF = "grocery.config.live_urls"
