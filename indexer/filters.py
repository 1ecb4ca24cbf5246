"""Which passages a search may return: conditions on the case, the opinion and the section."""

from dataclasses import dataclass, fields

from indexer.records import OpinionType, SectionRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All conditions must hold; within one, any of its values will do. Empty means no condition."""

    court: tuple[str, ...] = ()
    """courts-db ids."""
    binding_on: str | None = None
    """A courts-db id: only courts whose holdings bind that court, itself included."""
    date_from: str | None = None
    """ISO 8601, perhaps partial; a partial date stands for its whole period, and a case passes when
    its period overlaps the range. A case without a date never passes."""
    date_to: str | None = None
    opinion_type: tuple[OpinionType, ...] = ()
    section_role: tuple[SectionRole, ...] = ()
    case_id: tuple[str, ...] = ()
    opinion_id: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    """Words of the name of the opinion's author or of a judge of the case, in any letter case."""
    status: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    """Citations (``490 U.S. 386``) that the passage must contain, or whose case it must cite in another form."""

    @property
    def is_empty(self) -> bool:
        """Whether every passage is admitted."""
        return all(not getattr(self, f.name) for f in fields(self))
