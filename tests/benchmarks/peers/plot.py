"""Bars as SVG: one horizontal bar a row on a logarithmic scale, with its figure written at its end."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

ROW, LEFT, WIDTH, RIGHT = 30, 240, 360, 90


def bars(title: str, rows: Sequence[tuple[str, float]]) -> str:
    """Draw named figures.

    Args:
        title: What is measured, in which unit.
        rows: Name and figure, positive.

    Returns:
        An SVG document.
    """
    top = math.ceil(math.log10(max(figure for _, figure in rows)))
    low = math.floor(math.log10(min(figure for _, figure in rows)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {ROW * len(rows) + 70}" '
        f'role="img" aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="22" font-weight="bold">{escape(title)}</text>',
    ]
    for power in range(low, top + 1):
        x = LEFT + WIDTH * (power - low) / max(1, top - low)
        parts.append(
            f'<line x1="{x:.0f}" x2="{x:.0f}" y1="34" y2="{ROW * len(rows) + 44}" stroke="#ccc"/>'
            f'<text x="{x:.0f}" y="{ROW * len(rows) + 60}" text-anchor="middle" fill="#555">{10**power:,}</text>'
        )
    for number, (name, figure) in enumerate(rows):
        y = 40 + ROW * number
        length = max(2.0, WIDTH * (math.log10(figure) - low) / max(1, top - low))
        fill = "#7a1f3d" if name == "constancia" else "#5b6b7a"
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y}" width="{length:.0f}" height="22" fill="{fill}"/>'
            f'<text x="{LEFT + length + 6:.0f}" y="{y + 16}">{figure:,.0f}</text>'
        )
    return "".join(parts) + "</svg>\n"
