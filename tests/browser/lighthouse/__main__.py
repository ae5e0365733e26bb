"""Lighthouse, as on a phone, on the pages of a running shop: `make lighthouse`, a table at the end.

Needs Node and Chromium; the lock file beside this says which Lighthouse.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
WANTED = 95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="+", help="addresses of pages")
    parser.add_argument("--cookie", default="", help="sent with each request, for pages that need a sign-in")
    options = parser.parse_args()
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    print("| page | " + " | ".join(CATEGORIES) + " | LCP | CLS | blocking |\n|" + "---|" * (len(CATEGORIES) + 4))
    worst = min(_audit(page, options.cookie) for page in options.pages)
    sys.exit(worst < WANTED)


def _audit(page: str, cookie: str) -> int:
    """Print one row; the lowest of the four scores."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with tempfile.TemporaryDirectory() as place:
        report, headers = Path(place) / "report.json", Path(place) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
        command = ["node_modules/.bin/lighthouse", page, "--quiet", f"--chrome-flags={FLAGS}", "--output=json"]
        command += [f"--output-path={report}", f"--extra-headers={headers}", "--disable-storage-reset"]
        subprocess.run(command, cwd=HERE, env={**os.environ, "CHROME_PATH": str(chromium)}, check=True)
        seen = json.loads(report.read_text())
    scores: list[int] = [round(100 * seen["categories"][category]["score"]) for category in CATEGORIES]
    audits = ("largest-contentful-paint", "cumulative-layout-shift", "total-blocking-time")
    figures = [seen["audits"][audit]["displayValue"] for audit in audits]
    print("| " + " | ".join(map(str, [page, *scores, *figures])) + " |", flush=True)
    return min(scores)


if __name__ == "__main__":
    main()
