"""The first words of an opinion: which of them open one, of what kind and by whom."""

import pytest

from indexer.records import OpinionType as T
from indexer.voice_kinds import Bench, Form
from indexer.voice_openings import read_opening
from tests.indexer.test_voices import PROSE

COURT = Bench(supreme=True, date="1936-03-02")

TRUE_OPENINGS = [
    ("MR. JUSTICE STONE delivered the opinion of the Court.", T.LEAD, "Stone", ()),
    ("MR. CHIEF JUSTICE HUGHES delivered the opinion of the Court.", T.LEAD, "Hughes", ()),
    ("The CHIEF JUSTICE delivered the opinion of the court.", T.LEAD, "Hughes", ()),
    ("Mr. Justice SWAYNE delivered the opinion of the court.", T.LEAD, "Swayne", ()),
    ("Justice White, delivered the opinion of the Court.", T.LEAD, "White", ()),
    ("Justice Alito delivered the opinion of the Court.", T.LEAD, "Alito", ()),
    ("MR. JUSTICE SANFORD delivered tile opinion of the Court.", T.LEAD, "Sanford", ()),
    (
        "MR. JUSTICE BROWN, after making the foregoing statement, delivered the opinion of the court.",
        T.LEAD,
        "Brown",
        (),
    ),
    (
        "After stating the case as above, MR. JUSTICE McKENNA delivered the opinion of the court.",
        T.LEAD,
        "McKenna",
        (),
    ),
    ("BRUNE, C.J., delivered the opinion of the Court.", T.LEAD, "Brune", ()),
    ("Mr. JUSTICE HOUSE delivered the opinion of the court:", T.LEAD, "House", ()),
    ("The opinion of the court was delivered by LINTNER, J.A.D.", T.LEAD, "Lintner", ()),
    ("RIPPLE, Circuit Judge:", T.LEAD, "Ripple", ()),
    ("L. HAND, Chief Judge.", T.LEAD, "Hand", ()),
    ("BOUDIN, Circuit Judge. This appeal presents an issue of law.", T.LEAD, "Boudin", ()),
    ("BOWNES, Senior Circuit Judge.", T.LEAD, "Bownes", ()),
    ("KRAM, District Judge.", T.LEAD, "Kram", ()),
    ("WILKINS, C.J.", T.LEAD, "Wilkins", ()),
    ("Cardozo, J.", T.LEAD, "Cardozo", ()),
    ("NOURSE, P. J.", T.LEAD, "Nourse", ()),
    ("Bleckley, Chief Justice.", T.LEAD, "Bleckley", ()),
    ("PER CURIAM.", T.PER_CURIAM, None, ()),
    ("Per Curiam. After a careful examination of the record, we affirm.", T.PER_CURIAM, None, ()),
    ("BY THE COURT: It is plain that the action cannot be supported.", T.PER_CURIAM, None, ()),
    (
        "MR. JUSTICE POWELL announced the judgment of the Court and delivered an opinion in which WHITE, J., joined.",
        T.PLURALITY,
        "Powell",
        (),
    ),
    (
        "MR. JUSTICE JACKSON announced the judgment of the Court and an opinion in which MR. JUSTICE REED joins.",
        T.PLURALITY,
        "Jackson",
        (),
    ),
    ("MR. JUSTICE STEVENS, dissenting.", T.DISSENT, "Stevens", ()),
    ("BRANDEIS, J., dissenting:", T.DISSENT, "Brandeis", ()),
    ("MR. JUSTICE HARLAN dissenting.", T.DISSENT, "Harlan", ()),
    ("Me. Justice Caedozo, dissenting.", T.DISSENT, "Cardozo", ()),
    ("MR. JUSTICE VAN DEVANTER, dissenting.", T.DISSENT, "Van Devanter", ()),
    ("THE CHIEF JUSTICE, dissenting.", T.DISSENT, "Hughes", ()),
    ("Mr. Justice BRADLEY, also dissenting:", T.DISSENT, "Bradley", ()),
    ("Mr. Justice Jackson, in dissent:", T.DISSENT, "Jackson", ()),
    ("JUSTICE O'CONNOR, dissenting.", T.DISSENT, "O'Connor", ()),
    ("STAHL, Circuit Judge, (Dissenting). With respect, I differ.", T.DISSENT, "Stahl", ()),
    ("FULD, J. (dissenting).", T.DISSENT, "Fuld", ()),
    ("AMBRO, Circuit Judge, dissenting from denial of rehearing.", T.DISSENT, "Ambro", ()),
    (
        "MR. JUSTICE BRENNAN, with whom MR. JUSTICE WHITE and MR. JUSTICE MARSHALL join, dissenting.",
        T.DISSENT,
        "Brennan",
        ("White", "Marshall"),
    ),
    (
        "Mr. Justice Bradley,\n\nwith whom concurred Mr. Justice Swayne and Mr. Justice Miller, dissenting.",
        T.DISSENT,
        "Bradley",
        ("Swayne", "Miller"),
    ),
    (
        "MR. JUSTICE BRANDEIS, dissenting, with whom MR. JUSTICE PITNEY concurs.",
        T.DISSENT,
        "Brandeis",
        ("Pitney",),
    ),
    (
        "MR. JUSTICE BRANDEIS, (with whom MR. JUSTICE HOLMES concurs) dissenting.",
        T.DISSENT,
        "Brandeis",
        ("Holmes",),
    ),
    (
        "Justice Thomas, with whom Justice Alito joins, and with whom Justice Kennedy joins as to all but Part III, dissenting.",
        T.DISSENT,
        "Thomas",
        ("Alito", "Kennedy"),
    ),
    (
        "Justice Souter, joined by Justice Ginsburg, dissenting.",
        T.DISSENT,
        "Souter",
        ("Ginsburg",),
    ),
    (
        "Dissenting opinion of MR. JUSTICE FRANKFURTER, in which the CHIEF JUSTICE and MR. JUSTICE REED concur.",
        T.DISSENT,
        "Frankfurter",
        ("Hughes", "Reed"),
    ),
    (
        "MR. JUSTICE McREYNOLDS and MR. JUSTICE BUTLER, dissenting.",
        T.DISSENT,
        "McReynolds",
        ("Butler",),
    ),
    (
        "MR. JUSTICE BLACK, MR. JUSTICE DOUGLAS, and MR. JUSTICE MURPHY, concurring.",
        T.CONCURRENCE,
        "Black",
        ("Douglas", "Murphy"),
    ),
    ("MR. JUSTICE HARLAN, concurring in the result.[*]", T.CONCURRENCE, "Harlan", ()),
    ("Concurring opinion of MR. JUSTICE STONE.", T.CONCURRENCE, "Stone", ()),
    ("INGRAM, Justice, concurring specially.", T.CONCURRENCE, "Ingram", ()),
    (
        "JUSTICE STEVENS, concurring in part and concurring in the judgment.",
        T.CONCURRENCE,
        "Stevens",
        (),
    ),
    (
        "HARLAN, J., concurring in part and dissenting in part",
        T.CONCURRENCE_IN_PART,
        "Harlan",
        (),
    ),
    ("MOSK, J., Concurring and Dissenting.", T.CONCURRENCE_IN_PART, "Mosk", ()),
    (
        "MR. JUSTICE CARDOZO (dissenting in Nos. 636 and 650, and in No. 651 concurring in the result).",
        T.CONCURRENCE_IN_PART,
        "Cardozo",
        (),
    ),
    (
        "MR. JUSTICE McKENNA dissents upon the ground that the law is a valid exercise of the police power.",
        T.DISSENT,
        "McKenna",
        (),
    ),
    (
        "The CHIEF JUSTICE concurs in the result upon the ground that the case is controlled by Klein.",
        T.CONCURRENCE,
        "Hughes",
        (),
    ),
    (
        "MR. JUSTICE ROBERTS is of opinion that the judgment should be affirmed for the reasons stated below.",
        T.DISSENT,
        "Roberts",
        (),
    ),
]

FALSE_OPENINGS = [
    "Before TORRUELLA, BOUDIN and HOWARD, Circuit Judges.",
    "Torruella, Circuit Judge,",
    "and Stahl, Circuit Judge.",
    "[Hon. D. Brock Hornby, U.S. District Judge]",
    "Present: WILKINS, C.J., RONAN, COUNIHAN, WHITTEMORE, & CUTTER, JJ.",
    "MR. JUSTICE ROBERTS took no part in the consideration or decision of this case.",
    "THE CHIEF JUSTICE concurs in the result.",
    "MR. JUSTICE BLACK joins in this opinion.",
    "MR. JUSTICE BRANDEIS agrees with this opinion.",
    "MR. JUSTICE MOODY did not participate in the decision of this case.",
    "ALMON, SHORES, HOUSTON and STEAGALL, JJ., concur in the result.",
    'Mr. Justice Holmes, dissenting, observed that "the life of the law" is experience.',
    'Mr. Justice Field, dissenting in O\'Neil v. Vermont, 144 U.S. 323, said, "The State may."',
    'Mr. Justice Peckham, speaking for the Court (p. 56), said: "It is so."',
    "Justice Barbour said for this court:",
    "Justice Marshall's dissent states: a district judge may hold a hearing.",
    "JUSTICE STEVENS' concurring opinion recognizes no limitation on the power.",
    "MR. JUSTICE BUTLER and I are unable to agree with the judgment just announced.",
    "Judge Lumbard dissented on two grounds because the appeal was permissible.",
    "[25] See 367 U. S., at 146 (BLACK, J., dissenting).",
    "See also Rosenberger, supra, at 890-891 (Souter, J., dissenting).",
    "Opinion concurring in the judgment filed by Circuit Judge SILBERMAN.",
    "O'Connor, J., delivered the opinion of the Court, in which Scalia, J., joined. Souter, J., filed a dissenting opinion.",
    "The dissent speculates at length on the effects of this decision.",
    "Chief Justice Marshall, speaking for the court in Grant v. Raymond, stated the purpose.",
    "Gibson, C. J., Shenk, J., and Carter, J., concurred.",
]


def whole(first_line: str) -> str:
    """The opening as `find_voices` hands it on: its lines in one."""
    return first_line.replace("\n\n", " ") + "\n\n" + PROSE


@pytest.mark.parametrize(("line", "kind", "author", "joined"), TRUE_OPENINGS)
def test_opening_lines(line: str, kind: T, author: str | None, joined: tuple[str, ...]) -> None:
    opening = read_opening(whole(line), COURT if "BRUNE" not in line else Bench())
    assert opening is not None
    assert (opening.type, opening.author) == (kind, author)
    if opening.form is not Form.COURT:
        assert opening.joined_by == joined


@pytest.mark.parametrize("line", FALSE_OPENINGS)
def test_lines_that_open_nothing(line: str) -> None:
    found = read_opening(whole(line), COURT)
    assert found is None or found.form is Form.VOTE
