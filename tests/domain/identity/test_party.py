"""Parties: a permanent id, names as aliases, and the dated members of a composite party."""

from typing import Any

from tests.domain.governance.test_succession import WHOLE, world
from tests.domain.stage import KINDS, MEMBERS, Body, Stage, appointment, doc, founded, root, seated, text
from tests.domain.tables import Walk, codes
from tests.rows import each_row

from constancia.domain.identity.appointment import Appointment
from constancia.domain.identity.party import Party
from constancia.domain.identity.role import MEMBERS as RESERVED
from constancia.domain.identity.role import ROLES
from constancia.domain.values.editions import NEWEST

NOSC = "party/nosc"


def registration(party: str = "nosc", kind: str = "civil_society_group") -> Body:
    return {"kind": kind, "legal_name": text(party), "party": party}


def name(**changed: Any) -> Body:
    return {"lang": "es", "name": "Núcleo", "official": False, "party": "nosc", "used_in": "Acuerdo"} | changed


def joined(organization: str = "red", since: str = "2016", party: str = "nosc") -> Body:
    return {"organization": organization, "party": party, "since": since}


def left(organization: str = "red", until: str = "2018") -> Body:
    return {"organization": organization, "party": "nosc", "reason": text("Cambio"), "until": until}


def opened() -> Stage:
    return Stage().open()


def composite() -> Stage:
    """Two organizations, of which `red` has joined in 2016; `otra` is in none."""
    stage = seated()
    stage.says("inai", "PartyRegistered", registration("otra", "civil_society_org"))
    stage.says("inai", "PartyRegistered", registration("gesoc", "civil_society_org"))
    for one in ("red", "gesoc"):
        stage.says(root("nosc"), "MemberOrganizationJoined", joined(one))
    return stage


WALK = Walk(
    kind="party",
    stream=NOSC,
    table={
        "PartyRegistered": {"none": "registered"},
        "PartyNameRecorded": {"registered": "registered"},
        "MemberOrganizationJoined": {"registered": "registered"},
        "MemberOrganizationLeft": {"registered": "registered"},
    },
    reach={"none": opened, "registered": composite},
    acts={
        "PartyRegistered": lambda stage: (root("nosc"), "PartyRegistered", registration()),
        "PartyNameRecorded": lambda stage: ("inai", "PartyNameRecorded", name()),
        "MemberOrganizationJoined": lambda stage: (root("nosc"), "MemberOrganizationJoined", joined("otra")),
        "MemberOrganizationLeft": lambda stage: (root("nosc"), "MemberOrganizationLeft", left()),
    },
    words={("none", "PartyNameRecorded"): "E_KEY_UNKNOWN"},
)


@each_row(("state", "act"), WALK.pairs())
def test_every_pair_moves_as_the_table_says_or_is_refused(state: str, act: str) -> None:
    WALK.check(state, act)


def test_table_is_the_one_walked() -> None:
    WALK.check_is_the_code()


def found(stage: Stage) -> Party:
    return stage.find(Party, NOSC)


def test_25_an_id_is_never_used_again() -> None:
    assert founded().code(root("nosc"), "PartyRegistered", registration()) == "E_STATE"


def test_25_a_name_is_an_alias_and_never_a_new_party() -> None:
    stage = founded()
    for one in ("Núcleo", "Nucleus", "Core Group"):
        stage.says("inai", "PartyNameRecorded", name(name=one))
    assert [one.name for one in found(stage).aliases] == ["Núcleo", "Nucleus", "Core Group"]
    assert found(stage).party == "nosc"


def test_a_founder_is_registered_by_its_own_root_with_the_kind_of_genesis() -> None:
    stage = opened()
    assert stage.code(root("inai"), "PartyRegistered", registration()) == "E_ROLE"
    assert stage.code(root("nosc"), "PartyRegistered", registration(kind="academia")) == "E_POLICY"
    assert founded().code("inai", "PartyRegistered", registration()) == "E_ROLE"


def test_a_root_registers_nobody_else() -> None:
    assert founded().code(root("inai"), "PartyRegistered", registration("u", "academia")) == "E_ROLE"
    founded().says("inai", "PartyRegistered", registration("u", "academia"))


def test_only_a_composite_party_has_organizations_and_says_so_itself() -> None:
    stage = seated()
    assert stage.code(root("sfp"), "MemberOrganizationJoined", joined(party="sfp")) == "E_POLICY"
    assert stage.code(root("sfp"), "MemberOrganizationJoined", joined()) == "E_ROLE"
    assert composite().code(root("sfp"), "MemberOrganizationLeft", left()) == "E_ROLE"


def test_an_organization_is_registered_joins_once_and_leaves_once() -> None:
    stage = composite()
    assert stage.code(root("nosc"), "MemberOrganizationJoined", joined("nobody")) == "E_NOT_FOUND"
    assert stage.code(root("nosc"), "MemberOrganizationJoined", joined()) == "E_STATE"
    stage.says(root("nosc"), "MemberOrganizationLeft", left())
    assert stage.code(root("nosc"), "MemberOrganizationLeft", left()) == "E_STATE"


def test_membership_is_dated_and_never_deleted() -> None:
    stage = composite()
    stage.says(root("nosc"), "MemberOrganizationLeft", left())
    stage.says(root("nosc"), "MemberOrganizationJoined", joined(since="2019-02"))
    mine = [(one.since, one.until) for one in found(stage).organizations if one.organization == "red"]
    assert mine == [("2016", "2018"), ("2019-02", None)]


def test_a_composite_party_keeps_at_least_one_organization() -> None:
    stage = composite()
    stage.says(root("nosc"), "MemberOrganizationJoined", joined("otra"))
    for one in ("red", "otra"):
        stage.says(root("nosc"), "MemberOrganizationLeft", left(one))
    assert stage.code(root("nosc"), "MemberOrganizationLeft", left("gesoc")) == "E_POLICY"
    stage.says(root("nosc"), "MemberOrganizationJoined", joined("otra"))
    stage.says(root("nosc"), "MemberOrganizationLeft", left("gesoc"))


@each_row(
    ("until", "code"),
    [("2015", "E_DATE"), ("2015-12-31", "E_DATE"), ("../2015", "E_DATE"), ("2016-01-01", ""), ("2016", "")],
)
def test_a_membership_does_not_end_before_it_begins(until: str, code: str) -> None:
    assert composite().code_of(root("nosc"), "MemberOrganizationLeft", left(until=until)) == code


def test_20_memberships_neither_begin_nor_end_in_the_future() -> None:
    assert seated().code(root("nosc"), "MemberOrganizationJoined", joined(since="2019-04")) == "E_DATE"
    assert composite().code(root("nosc"), "MemberOrganizationLeft", left(until="2019-04")) == "E_DATE"


def test_a_body_has_further_names_as_documents_have_them() -> None:
    stage = seated()
    for one in ("Comité Coordinador", "Coordination Committee"):
        stage.says("inai", "PartyNameRecorded", name(name=one, body="cc"))
    assert [(one.name, one.body) for one in found(stage).aliases] == [
        ("Comité Coordinador", "cc"),
        ("Coordination Committee", "cc"),
    ]
    assert stage.code("inai", "PartyNameRecorded", name(body="cx")) == "E_NOT_FOUND"


def test_a_person_speaks_for_an_organization_that_is_in_the_party() -> None:
    stage = composite()
    late = appointment("nosc", "late", on_behalf_of="sfp")
    assert stage.code(root("nosc"), "RepresentativeAppointed", late) == "E_NOT_FOUND"
    assert (
        stage.code(root("sfp"), "RepresentativeAppointed", appointment("sfp", "s", on_behalf_of="red")) == "E_NOT_FOUND"
    )
    refusal = opened().refused(root("nosc"), "RepresentativeAppointed", appointment("nosc", on_behalf_of="red"))
    assert codes(refusal) == {"E_NOT_FOUND"}  # neither the party nor the organization is registered
    stage.says(root("nosc"), "RepresentativeAppointed", late | {"on_behalf_of": "red"})
    assert stage.find(Appointment, "appointment/ap-late").on_behalf_of == "red"


def test_25_a_party_itself_says_which_of_its_names_is_official() -> None:
    stage = seated()
    official = name(official=True)
    assert stage.code("red", "PartyNameRecorded", official) == "E_ROLE"
    assert stage.code("sfp", "PartyNameRecorded", official) == "E_ROLE"
    assert stage.code("nosc", "PartyNameRecorded", official | {"body": "cc"}) == "E_ROLE"
    stage.says("nosc", "PartyNameRecorded", official)
    stage.says("red", "PartyNameRecorded", name(name="Grupo"))


@each_row(
    "named",
    [
        {"legal_name": text("  NOSC ")}, {"acronym": "nosc"}, {"legal_name": text("Red")}, {"acronym": "«Red»"},
        {"legal_name": text("N.O.S.C.")}, {"legal_name": text("no\N{SOFT HYPHEN}sc")}, {"legal_name": text("Réd")},
        {"legal_name": text("\N{FULLWIDTH LATIN SMALL LETTER N}osc")},
        {"legal_name": text("no\N{ZERO WIDTH SPACE}sc")},
    ],
)  # fmt: skip
def test_25_nobody_enters_under_the_name_of_another(named: Body) -> None:
    stage = seated()
    body = {"kind": "civil_society_org", "legal_name": text("Otra"), "party": "otra"} | named
    assert stage.code("red", "PartyRegistered", body) == "E_POLICY"
    stage.says("red", "PartyRegistered", body | {"acronym": "OTRA", "legal_name": text("Otra")})


def test_25_a_founder_has_its_name_before_it_registers_itself() -> None:
    stage = opened()
    for party in ("inai", "nosc"):
        stage.says(root(party), "PartyRegistered", registration(party, KINDS[party]))
    stage.join("inai")
    body = registration("otra", "company") | {"legal_name": text("S.F.P.")}
    assert stage.code("inai", "PartyRegistered", body) == "E_POLICY"
    stage.says("inai", "PartyRegistered", body | {"legal_name": text("Otra")})


def test_25_a_name_that_is_not_official_is_nobodys() -> None:
    stage = seated()
    for body in (name(), name(name="Mesa", body="cc")):
        stage.says("nosc", "PartyNameRecorded", body)
    for party, legal_name in (("nucleo", "Núcleo"), ("mesa", "Mesa")):
        stage.says("inai", "PartyRegistered", registration(party, "company") | {"legal_name": text(legal_name)})


@each_row("edition", range(1, NEWEST + 1))
@each_row("reserved", sorted(ROLES | RESERVED))
def test_no_party_has_the_name_of_a_role_or_of_the_members_since_the_second_edition(
    reserved: str, edition: int
) -> None:
    code = seated(edition=edition).code_of("inai", "PartyRegistered", registration(reserved, "company"))
    assert code == ("" if edition == 1 else "E_POLICY")


@each_row("edition", range(1, NEWEST + 1))
@each_row(("lang", "until"), [("nah", 3), ("pt-br", 3), ("spanish", 2), ("a.b", 2), ("ES", 0)])
def test_a_name_is_in_a_language_that_since_the_third_edition_is_a_tag(lang: str, until: int, edition: int) -> None:
    body = name(lang=lang)
    code = seated(edition=edition).code_of("inai", "PartyNameRecorded", body, stream=NOSC)
    assert code == ("E_MALFORMED" if edition > until else "")


def test_25_no_party_calls_a_name_official_that_another_has() -> None:
    stage = seated()
    assert stage.code("nosc", "PartyNameRecorded", name(official=True, name="I. N. A. I.")) == "E_POLICY"
    stage.says("nosc", "PartyNameRecorded", name(official=True, name="Núcleo"))
    stage.says("nosc", "PartyNameRecorded", name(official=True, name="NOSC"))
    body = {"kind": "civil_society_org", "legal_name": text("El núcleo"), "party": "otra"}
    assert stage.code("red", "PartyRegistered", body | {"acronym": "NUCLEO"}) == "E_POLICY"
    stage.says("red", "PartyRegistered", body)


def test_25_the_name_of_a_founder_that_has_ended_may_be_used_again() -> None:
    stage = world()
    stage.each("PartySucceeded", WHOLE, ("inai", "nueva", "nosc", "sfp"))
    stage.says("sfp", "PartyRegistered", {"kind": "company", "legal_name": text("inai"), "party": "inai-2"})


def test_25_the_name_of_a_party_that_has_ended_may_be_used_again() -> None:
    stage = seated()
    end = {
        "documents": [doc("acta")], "effective": "2019-03-01", "independence_changed": False, "mode": "dissolved",
        "orphaned": [], "party": "red", "successors": [], "transfers": [],
    }  # fmt: skip
    stage.each("PartySucceeded", end, ("red", *MEMBERS))
    stage.says("inai", "PartyRegistered", {"kind": "civil_society_org", "legal_name": text("red"), "party": "red-2"})


def test_26_no_founder_makes_another_its_organization() -> None:
    """Who is accused would have the others for its organizations, by its own word alone: nobody could judge it."""
    stage = composite()
    for one in ("inai", "sfp"):
        assert stage.code(root("nosc"), "MemberOrganizationJoined", joined(one)) == "E_POLICY"
    stage.says(root("nosc"), "MemberOrganizationJoined", joined("otra"))
