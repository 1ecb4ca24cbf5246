"""`opinion-search keys`: make, list and revoke API keys."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from service import console
from service.cli_options import PREFIX, AsJson

app: Final = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)

KeysFile = Annotated[
    Path,
    typer.Option(
        "--keys-file",
        metavar="FILE",
        help="The file of keys; it holds hashes only.",
        envvar=f"{PREFIX}KEYS_FILE",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is: `dify`, `anna`.")]
PerMinute = Annotated[
    int | None,
    typer.Option(
        "--per-minute",
        min=1,
        metavar="N",
        help="Requests a minute that this key may send; left out: as many as the setting says.",
        envvar=f"{PREFIX}PER_MINUTE",
    ),
]


@app.command("new")
def new(name: Name, keys_file: KeysFile, per_minute: PerMinute = None) -> None:
    """Make a key and print it.

    It is shown this once: the file keeps its hash. A running service takes it within a second.
    """
    from service import keys

    with console.failures():
        made = keys.make(name, per_minute=per_minute)
        keys.add(keys_file, made.kept)
    typer.echo(made.text)
    console.complain(
        f"{keys_file}: this is the key of {name}, shown this once; send it as "
        "Authorization: Bearer KEY"
    )


@app.command("list")
def show(keys_file: KeysFile, as_json: AsJson = False) -> None:  # noqa: FBT002 - typer makes an option of it
    """List the keys, and which are revoked."""
    import orjson

    from service import keys

    with console.failures():
        known = keys.read(keys_file)
    if as_json:
        typer.echo(orjson.dumps([asdict(key) for key in known], option=orjson.OPT_INDENT_2))
        return
    for key in known:
        limit = f"{key.per_minute} a minute" if key.per_minute else "as the setting says"
        state = f"revoked {key.revoked}" if key.revoked else "good"
        typer.echo(f"{key.name}  {state}, made {key.created or 'unknown'}, limit: {limit}")


@app.command("revoke")
def revoke(name: Name, keys_file: KeysFile) -> None:
    """Revoke a key by its name, for good.

    A running service refuses it within a second. To have one again, make one of another name.
    """
    from service import keys

    with console.failures():
        revoked = keys.revoke(keys_file, name)
    typer.echo(f"{keys_file}: {name} is revoked since {revoked.revoked}")
