"""Made from docs/es/VERIFICAR.md by tools/docs/documented_code.py: what its reader is shown, for type checkers."""

from pathlib import Path

from constancia.verify import audit_source, load_trust, open_source

confianza = load_trust(Path("trust"))
with open_source("ledger") as fuente:
    informe = audit_source(fuente, confianza, all_faults=True)
print(informe.verdict.name, informe.size, informe.root)
for alteracion in informe.faults:
    print(alteracion.level, alteracion.code, alteracion.index, alteracion.field)

from datetime import UTC, datetime

from constancia.ledger.audit.level3_law import Replay

repaso = Replay(datetime(2019, 6, 1, tzinfo=UTC))
with open_source("ledger") as fuente:
    informe = audit_source(fuente, confianza, further=[repaso])
print(informe.checked["L3"]["moves"], "actos;", len(repaso.state.aggregates), "agregados")

from constancia.ledger.audit.resume_file import ResumeFile

with open_source("ledger") as fuente, ResumeFile(Path("verificado.sqlite")) as memoria:
    primero = audit_source(fuente, confianza, memory=memoria)
with open_source("ledger") as fuente, ResumeFile(Path("verificado.sqlite")) as memoria:
    desde = None if primero.checkpoint is None else primero.checkpoint.encode()
    segundo = audit_source(fuente, confianza, since=desde, memory=memoria)
print(segundo.since, segundo.checked["L2"]["signatures"])
