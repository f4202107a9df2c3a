import io
import runpy
import sys

import pytest

from wordcount.cli import main


def test_standard_input_is_read_when_no_file_is_named(monkeypatch, capsys):
    """AC-5"""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"tea tea milk")))
    assert main([]) == 0
    assert capsys.readouterr().out == "     2 tea\n     1 milk\n"


def test_the_words_of_several_files_are_counted_together(tmp_path, capsys):
    """AC-5"""
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("tea tea milk", encoding="utf-8")
    second.write_text("Milk milk honey", encoding="utf-8")
    assert main([str(first), str(second), "--top", "1"]) == 0
    assert capsys.readouterr().out == "     3 milk\n"


def test_top_is_ten_when_not_given(tmp_path, capsys):
    """AC-4"""
    text = tmp_path / "alphabet.txt"
    text.write_text(" ".join("abcdefghijklmnop"), encoding="utf-8")
    assert main([str(text)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10


@pytest.mark.parametrize("top", ["0", "-3", "many"])
def test_a_top_that_is_no_number_from_one_is_refused(top, capsys):
    """AC-4"""
    with pytest.raises(SystemExit) as refusal:
        main(["--top", top])
    assert refusal.value.code == 2
    assert "--top" in capsys.readouterr().err


def test_top_cuts_equally_used_words_in_alphabetical_order(tmp_path, capsys):
    """AC-4"""
    text = tmp_path / "fruit.txt"
    text.write_text("plum fig apple", encoding="utf-8")
    assert main([str(text), "--top", "2"]) == 0
    assert capsys.readouterr().out == "     1 apple\n     1 fig\n"


def test_a_missing_file_is_named(tmp_path, capsys):
    """AC-6"""
    assert main([str(tmp_path / "missing.txt")]) == 1
    error = capsys.readouterr().err
    assert "missing.txt" in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_utf8_is_named(tmp_path, capsys):
    """AC-6"""
    text = tmp_path / "latin.txt"
    text.write_bytes(b"caf\xe9")
    assert main([str(text)]) == 1
    assert "latin.txt: it is not UTF-8" in capsys.readouterr().err


def test_standard_input_that_is_not_utf8_is_named(monkeypatch, capsys):
    """AC-6"""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9")))
    assert main([]) == 1
    assert "standard input: it is not UTF-8" in capsys.readouterr().err


def test_the_package_runs_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["wordcount"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"tea")))
    with pytest.raises(SystemExit) as ending:
        runpy.run_module("wordcount", run_name="__main__")
    assert ending.value.code == 0
    assert capsys.readouterr().out == "     1 tea\n"
