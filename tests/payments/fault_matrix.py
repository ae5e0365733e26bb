"""`make fault-matrix`: every fault at every operation of every provider, and where it ended."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.load.measure import table
from tests.sandbox.faults import ANSWERS, NOTICES

MATRIX = [str(Path(__file__).with_name(name)) for name in ("test_fault_matrix.py", "test_fault_matrix_bank.py")]


class Cells:
    """Collects what each cell ended in while pytest runs them."""

    def __init__(self) -> None:
        self.ends: dict[tuple[str, str, str], str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """`test_a_call_that_fails[stripe-capture-cut]`."""
        if report.when != "call" or report.skipped:
            return
        provider, *operation, fault = report.nodeid.partition("[")[2].rstrip("]").split("-")
        end = str(dict(report.user_properties).get("end", "no end"))
        self.ends[provider, "".join(operation) or "poll", fault] = end if report.passed else f"WRONG: {end}"

    def table(self, faults: dict[str, str]) -> str:
        """A row for each fault, a column for each operation that can have it."""
        columns = sorted({(provider, operation) for provider, operation, fault in self.ends if fault in faults})
        rows = [[fault, *(self.ends.get((*column, fault), "–") for column in columns)] for fault in faults]
        return table(["fault", *(f"{provider}: {operation}" for provider, operation in columns)], rows)


def main() -> int:
    cells = Cells()
    quietly = ["-q", "--no-header", "-p", "no:cacheprovider"]
    outcome = pytest.main([*quietly, *MATRIX, *sys.argv[1:]], plugins=[cells])
    sys.stdout.write(f"\n### Calls whose answer goes wrong\n\n{cells.table(ANSWERS)}\n")
    sys.stdout.write(f"\n### Notices that go wrong\n\n{cells.table(NOTICES)}\n")
    return int(outcome)


if __name__ == "__main__":
    sys.exit(main())
