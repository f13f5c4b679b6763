"""What follows from a state at an instant, by nobody's word: in force, overdue, borne, valid, still missing.

May import: `values`, `kernel`, `identity`, `governance`, `agreements`, `commitments`, `participation`, `plans`,
`complaints`, `remarks`, `outlines`, `state`.
"""
