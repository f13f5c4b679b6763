"""The demonstration: the road-map agreement of 1 March 2019 replayed through the real write path with new keys.

May import: no other room of the interface.
"""
