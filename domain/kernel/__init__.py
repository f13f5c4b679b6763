"""What every act rests on: refusals, rules, state machines, aggregates, acts and the context that they are judged in.

May import: `values`.
"""
