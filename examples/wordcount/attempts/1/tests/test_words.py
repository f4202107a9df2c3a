from wordcount import count_words, ranking


def test_upper_and_lower_case_are_one_word():
    """AC-1"""
    assert count_words("The cat saw the other cat. THE END") == {
        "the": 3,
        "cat": 2,
        "saw": 1,
        "other": 1,
        "end": 1,
    }


def test_an_apostrophe_inside_a_word_belongs_to_it():
    """AC-2"""
    assert count_words("Don't say 'don't'!") == {"don't": 2, "say": 1}


def test_words_of_other_scripts_are_words():
    assert count_words("Größe größe 東京") == {"größe": 2, "東京": 1}


def test_an_empty_text_has_no_words():
    assert ranking(count_words(" \n-- ... "), top=10) == []


def test_the_most_used_words_come_first():
    """AC-3"""
    assert ranking(count_words("b a b c b a"), top=2) == [("b", 3), ("a", 2)]


def test_words_used_equally_often_come_in_alphabetical_order():
    """AC-3"""
    counts = count_words("pear apple fig pear apple fig kiwi")
    assert ranking(counts, top=4) == [("apple", 2), ("fig", 2), ("pear", 2), ("kiwi", 1)]
