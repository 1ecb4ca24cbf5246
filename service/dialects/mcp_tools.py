"""The MCP tools: names, words that make a model choose well, arguments and what they run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.dialects import mcp_answers as answers
from service.dialects.mcp_answers import Desk
from service.dialects.mcp_arguments import (
    Arguments,
    Fetch,
    LookUp,
    ReadOpinion,
    Search,
    SearchOpinions,
    Similar,
    Verify,
)

INSTRUCTIONS: Final = (
    "Full text of court opinions, searchable by meaning. Find passages with search_opinions (or search), "
    "read around them with read_opinion, and quote only words that these tools returned, each with its "
    "`cite`. Before you give an answer with quotations or citations to the user, pass the whole draft to "
    "verify_quotes and put right what it does not call verbatim."
)


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Desk, Any], dict[str, Any]]


TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            "search",
            "Search opinions",
            "Find passages of court opinions that answer a question or match facts. Returns up to 10 "
            "results with id, citation, text and address; pass an id to fetch for more text. Use "
            "search_opinions instead when you need filters (court, date, judge, binding authority).",
            Search,
            answers.search,
        ),
        Tool(
            "fetch",
            "Fetch a result",
            "Return the text of a search result with its surroundings, by its id. The id of an opinion "
            "or a case returns the opinion.",
            Fetch,
            answers.fetch,
        ),
        Tool(
            "search_opinions",
            "Search opinions with filters",
            "Find passages of court opinions by meaning and words, limited by court, date, judge, voice "
            "(majority, dissent), part of the opinion (facts, analysis, holding), cited case, or to what "
            "binds a court. Each passage has its exact text, a ready citation with the page, and where "
            "it stands. Describe facts or a rule in plain words; do not send keywords only.",
            SearchOpinions,
            answers.search_opinions,
        ),
        Tool(
            "read_opinion",
            "Read an opinion",
            "Read an opinion in windows: without `section` from `start` on, with it that section of the "
            "outline. Go on with `start` = next_start. Use it to see what stands around a passage "
            "before relying on it, and to find the dissents of the case (`other_opinions`).",
            ReadOpinion,
            answers.read_opinion,
        ),
        Tool(
            "lookup_citation",
            "Look up a citation",
            "Say which case a citation or a case name stands for, or that this corpus has none, with what "
            "is close. Use it to check that a case exists before citing it, and to get its opinions' ids.",
            LookUp,
            answers.lookup_citation,
        ),
        Tool(
            "verify_quotes",
            "Check quotations and citations",
            "Check a draft before showing it: for each quotation whether the court wrote it so (verbatim, "
            "altered, stitched, wrong_case, wrong_page, quoted_from_dissent, not_found), with the true "
            "text and citation; for each citation whether it exists. No model takes part.",
            Verify,
            answers.verify_quotes,
        ),
        Tool(
            "similar_passages",
            "Find similar passages",
            "Find passages of other cases that say what a given passage says: other courts on the same "
            "rule, or like facts. Takes the id of a passage.",
            Similar,
            answers.similar_passages,
        ),
    )
}
"""By name, in the order in which they are listed."""
