"""The demonstration: the road-map agreement of 1 March 2019 played on the real path with freshly made keys."""
