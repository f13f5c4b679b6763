"""Made from verify/__init__.py by tools/docs/documented_code.py: what its reader is shown, for type checkers."""

from pathlib import Path
from constancia.verify import audit_source, load_trust, open_source, report_text

with open_source("bundle.zip") as source:
    report = audit_source(source, load_trust(Path("trust")))
print(report_text(report, "en"))
