"""The options of the command line. Each is also a setting: `--index` is ``OPINION_SEARCH_INDEX``."""

from pathlib import Path
from typing import Annotated, Final

import typer

PREFIX: Final = "OPINION_SEARCH_"
DEFAULT_INDEX: Final = Path("data/index")

Index = Annotated[
    Path,
    typer.Option(
        "--index", metavar="DIR", help="The index: a folder of builds.", envvar=f"{PREFIX}INDEX"
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="URL",
        help="Where vectors are searched: embedded, or milvus+http://HOST:PORT/NAME, a server that "
        "needs the extra milvus.",
        envvar=f"{PREFIX}ENGINE",
    ),
]
Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="SOURCE",
        help="JSON Lines files of opinion records (.jsonl, .jsonl.gz, .jsonl.xz), .txt files, or "
        "folders of them.",
    ),
]
Ids = Annotated[list[str], typer.Argument(metavar="ID", help="Ids of cases.")]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|PATH",
        help="A prepared model's name, or the folder of a prepared or sentence-transformers model; "
        "left out: the first of `models list`.",
        envvar=f"{PREFIX}MODEL",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Processors to use: a thread of the model for each (left out: of all processors, 8 at the "
        "most), and for every four a process that cuts opinions beside them.",
        envvar=f"{PREFIX}JOBS",
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="local:N|ADDRESS",
        help="Embed on workers of a cluster; needs the extra cluster. local:2 starts two here; "
        "tls://HOST:8786?ca=FILE&cert=FILE&key=FILE is a Dask scheduler. The vectors are the same.",
        envvar=f"{PREFIX}CLUSTER",
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON instead of lines.", envvar=f"{PREFIX}JSON")
]
Query = Annotated[
    str, typer.Argument(metavar="QUERY", help="Facts, a rule or a question, in plain words.")
]
Hits = Annotated[
    int, typer.Option("-k", min=1, max=100, metavar="N", help="Hits wanted.", envvar=f"{PREFIX}K")
]
Filter = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="NAME=VALUE",
        help="Only passages that fit; may be repeated. Names: court, binding_on, date_filed.gte, "
        "date_filed.lte, opinion_type, section_role, case_id, judge, status, cites. In the "
        "environment, white space parts one pair from the next.",
        envvar=f"{PREFIX}FILTER",
    ),
]
Forum = Annotated[
    str | None,
    typer.Option(
        "--forum",
        metavar="COURT",
        help="The court you write to, by courts-db id: each hit says whether it binds that court.",
        envvar=f"{PREFIX}FORUM",
    ),
]
Lanes = Annotated[
    list[str] | None,
    typer.Option(
        "--lane",
        metavar="ROLE",
        help="Print cases, each with its best passage of this role; may be repeated: --lane facts "
        "--lane analysis. In the environment, white space parts one role from the next.",
        envvar=f"{PREFIX}LANE",
    ),
]
Rerank = Annotated[
    bool,
    typer.Option(
        "--rerank",
        help="Look at the first passages a second time, token by token: slower, better.",
        envvar=f"{PREFIX}RERANK",
    ),
]
Host = Annotated[
    str, typer.Option(metavar="ADDRESS", help="Address to listen on.", envvar=f"{PREFIX}HOST")
]
Port = Annotated[
    int,
    typer.Option(
        min=0,
        max=65535,
        metavar="N",
        help="TCP port; 0 takes any free one.",
        envvar=f"{PREFIX}PORT",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=1,
        max=64,
        metavar="N",
        help="Processes that answer requests.",
        envvar=f"{PREFIX}WORKERS",
    ),
]
Source = Annotated[
    str,
    typer.Argument(metavar="NAME|PATH", help="Name or folder of a sentence-transformers model."),
]
Target = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Folder to write the prepared model to; it must not exist yet.",
        envvar=f"{PREFIX}TARGET",
    ),
]
Calibrate = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="SOURCE",
        help="Opinions to calibrate on, may be repeated; left out: data/sample.",
        envvar=f"{PREFIX}CALIBRATE",
    ),
]
