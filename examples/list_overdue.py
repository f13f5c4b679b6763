"""List the deadlines missed up to a day, from the entries alone: no word of the server counts.

    python examples/list_overdue.py SOURCE TRUST YYYY-MM-DD

One pass verifies the log (L1), who signed (L2) and that every act was legal (L3). The state that it leaves is asked
which targets were due by the end of that day and not delivered in time. Entries recorded after the day count too: the
answer is what is known today about that day. Exit code: 0, or that of the verdict where the log is not intact.
"""

import sys
from collections.abc import Iterator
from datetime import date, datetime, time

from constancia import ledger
from constancia.domain.facts.derive import derive
from constancia.domain.state import State
from constancia.domain.values.calendar import zone
from constancia.verify import Verdict, report_text


def overdue(state: State, day: date) -> Iterator[str]:
    """Give a line for each milestone or deliverable that was not there when it was due.

    Args:
        state: The state after the entries.
        day: The last day that counts, in the ledger's own time zone.
    """
    end_of_day = datetime.combine(day, time.max, zone(state.timezone))
    for fact in derive(state, end_of_day):
        if fact.kind == "DeadlineMissed":
            yield f"{fact.stream}: {fact.params['target']}, due {fact.params['window']}"


def main(arguments: list[str]) -> int:
    """Print what was overdue; give the exit code."""
    location, trust, day = arguments
    with ledger.open(location, trust) as book:
        report = book.report
        if report.verdict is not Verdict.INTACT:
            print(report_text(report, "en"), file=sys.stderr)
            return report.verdict.exit_code
        lines = list(overdue(book.state, date.fromisoformat(day)))
    print(f"{len(lines)} deadlines missed by {day}, by {report.size} entries of {report.origin}")
    for line in lines:
        print(f"  {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
