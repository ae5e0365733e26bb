"""What the README tells a reader to type works as it stands."""

from __future__ import annotations

import re
import subprocess

from grocery.config.embedded import ROOT
from grocery.config.processes import Shop


def test_the_way_with_curl_ends_at_the_doorstep(site: Shop):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [script] = re.findall(r"```sh\n(SHOP=.*?)```", readme, re.S)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "SHOP": site.url, "SANDBOX": site.sandbox_url},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip().splitlines()[-1:], ran.stderr) == (0, ["delivered"], "")
