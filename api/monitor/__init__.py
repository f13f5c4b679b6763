"""The monitor's outer side: peers over HTTP, and what it shows of its findings (feeds, metrics, heads)."""
