"""The interface as OpenAPI describes it: the form of every act, of every row and of every other answer.

May import: no other room of the interface. The rows' forms come from the classes of `domain` that rows are made of.
"""
