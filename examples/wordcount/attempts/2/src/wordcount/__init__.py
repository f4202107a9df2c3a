"""The most used words of a text."""

from wordcount.words import count_words, ranking

__all__ = ["count_words", "ranking"]
