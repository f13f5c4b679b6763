"""What every act rests on: values, dates, refusals, state machines, acts and the context that they are judged in.

May import: no other room of the domain.
"""
