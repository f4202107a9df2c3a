"""Numbers for people."""


def number(value: float) -> str:
    """With three digits that count: 0.0123, 1.23, 12.3, 123, 12,345."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}".removesuffix(".0")
    if abs(value) >= 1:
        return f"{value:.2f}".removesuffix("0").removesuffix(".0")
    return f"{value:.3g}"
