"""Cases that come twice under two ids: known by a 16-byte digest of each opinion's words."""

import hashlib
from typing import Final

from indexer.records import CaseRecord

_FORM_WORDS: Final = 200
"""A case of fewer words may be a form that a court fills in a thousand times ("Certiorari denied.");
it is the same case only where name, date and docket number are the same too."""
_BLOCK: Final = 65_536


class KnownCases:
    """Remembers the words of cases; 16 bytes and a reference for each opinion."""

    def __init__(self) -> None:
        self._of: dict[bytes, str] = {}

    def same_as(self, record: CaseRecord) -> str | None:
        """Return the id of an earlier case that has all the opinions of ``record``, else remember it.

        Words are the same where they are so letter by letter; white space, and whose voice an
        opinion is said to be, do not count.
        """
        digests = _digests(record)
        owners = {self._of.get(one) for one in digests}
        if len(owners) == 1 and (owner := owners.pop()) is not None:
            return owner
        for one in digests:
            self._of.setdefault(one, record.case.id)
        return None


def _digests(record: CaseRecord) -> list[bytes]:
    case = record.case
    words = 0
    digests = []
    for opinion in record.opinions:
        digest = hashlib.blake2b(digest_size=16)
        for start in range(0, len(opinion.text), _BLOCK):
            block = opinion.text[start : start + _BLOCK].split()
            words += len(block)
            digest.update("".join(block).encode())
        digests.append(digest)
    if words < _FORM_WORDS:
        said = f"\n{case.name.casefold()}\n{case.date_filed}\n{case.docket_number}"
        for digest in digests:
            digest.update(said.encode(errors="surrogatepass"))
    return [digest.digest() for digest in digests]
