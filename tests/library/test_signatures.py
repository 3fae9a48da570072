"""Signatures are kept by version, replaced whole, and go with their content."""

from recommender.library import Library
from tests.library.builders import incoming


def test_signatures_are_kept_by_version_and_replaced(library: Library) -> None:
    many = {f"xhs-{number}": (f"mark{number}", bytes([number % 256]) * 4) for number in range(1200)}
    library.signatures.put("1", many)
    assert library.signatures.all("1") == many
    assert library.signatures.all("2") == {}
    library.signatures.put("1", {"xhs-3": ("other", b"\x00\xff")})
    assert library.signatures.all("1") == {**many, "xhs-3": ("other", b"\x00\xff")}
    library.signatures.put("2", {"xhs-3": ("newer", b"")})
    assert "xhs-3" not in library.signatures.all("1")
    assert library.signatures.all("2") == {"xhs-3": ("newer", b"")}
    library.signatures.put("2", {})
    library.signatures.forget(["xhs-3", "xhs-unknown"])
    assert library.signatures.all("2") == {}
    assert len(library.signatures.all("1")) == 1199


def test_what_is_taken_down_leaves_no_signature(library: Library) -> None:
    library.contents.upsert([incoming("a"), incoming("b", is_sample=True)])
    library.signatures.put("1", {"xhs-a": ("mark", b"1"), "xhs-b": ("mark", b"2")})
    library.contents.take_down("xhs-a", "投诉")
    assert set(library.signatures.all("1")) == {"xhs-b"}
    library.contents.remove_sample()
    assert library.signatures.all("1") == {}
