# ruff: noqa: T201
# mypy: disable-error-code="import-not-found,misc,no-any-unimported"
"""Free Law Project's own client, pointed at us."""

import json
import sys
from itertools import islice

from courtlistener import CourtListener
from courtlistener.exceptions import CourtListenerAPIError

base, query = sys.argv[1:]
client = CourtListener(api_token="any", base_url=f"{base}/dialects/courtlistener/api/rest/v4")
clusters = list(islice(client.opinion_search.list(q=query, court="scotus ca6", semantic=True), 200))
text = "Kyllo v. United States, 533 U.S. 27 (2001); Nobody v. None, 999 U.S. 999 (2030)"
try:
    client.search.list(q=query, type="r").get_results()
    refused = 0
except CourtListenerAPIError as error:
    refused = error.status_code
print(
    json.dumps(
        {
            "names": [one["caseName"] for one in clusters],
            "ids": [one["cluster_id"] for one in clusters],
            "looked_up": [
                [one["status"], [cluster["case_name"] for cluster in one["clusters"]]]
                for one in client.citation_lookup.lookup_text_batched(text)
            ],
            "single": client.citation_lookup.lookup_citation(533, "U.S.", "27")[0]["status"],
            "refused": refused,
        }
    )
)
