"""The monitor's interfaces: peers over HTTP, and its outputs (feeds, metrics, heads)."""
