"""Words, and how often each is used."""

import re
from collections import Counter

# Letters and digits of any script, with apostrophes (straight or curly) only between them.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def count_words(text: str) -> Counter[str]:
    """Count the words of `text`, in lower case."""
    return Counter(word.lower() for word in _WORD.findall(text))


def ranking(counts: Counter[str], top: int) -> list[tuple[str, int]]:
    """Give the `top` most used words with their counts, most used first."""
    return counts.most_common(top)
