"""The interface as OpenAPI describes it: the form of every act, of every row and of every other answer.

May import: nothing of the interface. The rows' forms come from the classes of `domain` that they are written from.
"""
