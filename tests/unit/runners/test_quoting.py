from baton.runners.quoting import last_lines


def test_the_last_lines_are_quoted() -> None:
    assert last_lines(b"".join(b"line %d\n" % number for number in range(100))).splitlines() == [
        f"  | line {number}" for number in range(88, 100)
    ]


def test_the_first_stream_that_says_something_counts() -> None:
    assert last_lines(b" \n", b"out\n") == "  | out"
    assert last_lines(b"", b"") == "  (it wrote nothing)"


def test_terminal_escapes_and_control_characters_are_left_out() -> None:
    told = last_lines("\x1b[31mred\x1b[0m \x1b]0;title\x07bell\x07 \u202eevil\x00".encode())
    assert told == "  | red bell evil"


def test_of_a_progress_bar_the_last_state_is_told() -> None:
    assert last_lines(b"10%\r50%\r100%\r\n") == "  | 100%"


def test_bytes_that_are_no_text_and_long_lines_are_survived() -> None:
    told = last_lines(b"\xff\xfe" + b"x" * 100_000)
    assert len(told) < 260
    assert told.endswith("…")


def test_secrets_are_not_quoted() -> None:
    assert (
        last_lines(b"key=sk-12345678 and sk-1234", secrets=("sk-1234", "sk-12345678", "a", "")) == "  | key=*** and ***"
    )


def test_of_a_secret_of_several_lines_no_line_is_quoted() -> None:
    key = "-----BEGIN KEY-----\nMIIEabcdefgh\nMIIEijklmnop\n"
    assert last_lines(b"MIIEijklmnop is a part of it", secrets=(key,)) == "  | *** is a part of it"
