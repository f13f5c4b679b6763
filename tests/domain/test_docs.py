"""What the documentation says of acts is what the acts say of themselves."""

import re

import pytest
from tools.docs.build_domain_docs import members, pages, read_page, refusals_table, spec_table, within

from constancia.domain.catalogue import AGGREGATES, KINDS, REGISTRY
from constancia.domain.kernel.codes import CODES
from constancia.domain.kernel.kind import rule_list


@pytest.mark.parametrize("name", ["REFUSALS.md", "SPEC.md", "domain.md"])
def test_page_is_what_the_acts_say_of_themselves(name: str) -> None:
    assert read_page(name) == pages(read_page)[name], "run `make docs`"


def test_every_type_and_every_rule_is_on_the_domains_page() -> None:
    page = read_page("domain.md")
    assert [name for name in REGISTRY if f"\n### {name}\n" not in page] == []
    for one in rule_list(AGGREGATES):  # the words of its editions may follow those of the rule
        row = rf"^\| `{one.code}` \| {re.escape(one.en)}[^|]* \| {re.escape(one.es)} \|$"
        assert re.search(row, page, re.MULTILINE), one.en


def test_members_are_told_with_type_order_and_whether_they_may_be_absent() -> None:
    assert members(REGISTRY["AgreementTextFrozen"]) == (
        "`agreement`, `docset`: digest, `required`: [identifier…] sorted, "
        "`terminates`?: [identifier…] sorted (since edition 3), `version`: integer, `window`?: EDTF"
    )


def test_a_kind_left_out_is_missing_in_the_tables() -> None:
    rest = [kind for kind in AGGREGATES if kind is not KINDS["allegation"]]
    assert "| AllegationMade |" in spec_table(AGGREGATES)
    assert "| AllegationMade |" not in spec_table(rest)
    assert "what is reported does not begin" not in refusals_table(rest)


def test_rules_stand_in_the_order_in_which_they_are_told() -> None:
    codes = [line.split(" | ")[0].strip("| ") for line in refusals_table(AGGREGATES).splitlines()[2:]]
    assert codes == sorted(codes, key=list(CODES).index)
    rows = [line.split("`")[1] for line in read_page("REFUSALS.md").splitlines() if line.startswith("| `E_")]
    assert rows[: len(CODES)] == list(CODES)


def test_a_page_without_marks_is_not_written() -> None:
    with pytest.raises(ValueError, match="no marks for types"):
        within("# SPEC", "types", "text")
