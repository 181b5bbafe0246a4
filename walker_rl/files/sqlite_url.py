"""The URL of a SQLite database, for SQLAlchemy."""

from pathlib import Path


def sqlite_url(path: Path) -> str:
    """The URL of the file at `path`, with the special characters of a URL or a template quoted.

    MLflow would create folders for a URL that begins with `sqlite:///`, and does not unquote it.
    """
    from sqlalchemy import URL  # Its versions differ in how they quote.

    url = URL.create("sqlite+pysqlite", database=path.absolute().as_uri(), query={"uri": "true"})
    return url.render_as_string()
