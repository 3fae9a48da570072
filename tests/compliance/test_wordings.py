"""Sentences of our own, by law and category, with the level each deserves; the doubtful ones stand in the file too."""

from pathlib import Path

from recommender.compliance import check_text, worst

ROWS = [line.split("|") for line in Path(__file__).with_name("wordings.txt").read_text("utf-8").splitlines()]


def _level(category: str, text: str) -> str:
    return worst(check_text(text, category=category)).value


def test_what_the_law_forbids_is_blocked() -> None:
    forbidden = [(category, text) for level, category, text, _ in ROWS if level == "block"]
    missed = [text for category, text in forbidden if _level(category, text) != "block"]
    assert len(missed) <= len(forbidden) * 0.05, missed


def test_innocent_sentences_raise_no_alarm() -> None:
    innocent = [(category, text) for level, category, text, _ in ROWS if level == "ok"]
    assert [text for category, text in innocent if _level(category, text) not in ("ok", "info")] == []


def test_a_finding_holds_the_words_that_matter() -> None:
    missed = []
    for level, category, text, term in ROWS:
        if level == "block":
            found = check_text(text, category=category)
            missed += [text] if found and not any(set(term) & set(finding.term) for finding in found) else []
    assert missed == []
