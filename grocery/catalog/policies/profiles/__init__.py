"""Profiles: the kinds of files that can be imported. A new kind is a module here and a line below."""

from typing import Final

from grocery.catalog.contracts import UnknownProfile
from grocery.catalog.policies.profiles.bhx import BHX
from grocery.catalog.policies.profiles.grocery import GROCERY
from grocery.catalog.policies.profiles.instacart import INSTACART
from grocery.catalog.policies.profiles.profile import Profile

PROFILES: Final = {profile.name: profile for profile in (GROCERY, INSTACART, BHX)}


def named(name: str) -> Profile:
    """Raises UnknownProfile."""
    if name not in PROFILES:
        raise UnknownProfile(name, list(PROFILES))
    return PROFILES[name]
