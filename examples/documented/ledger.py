"""Made from ledger/__init__.py by tools/docs/documented_code.py: what its reader is shown, for type checkers."""

from constancia import ledger

with ledger.open("bundle.zip", trust="trust") as book:
    for late in book.overdue():
        print(late.days_late, late.title["es"])
