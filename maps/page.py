"""
Pages that need nothing from outside: our own assets, Leaflet's files from an installed package, and the policy that says so.

The content security policy names every inline script and style by its SHA-256, so that a page runs what was written
into it and nothing else: no handler in an attribute, no script that a name carried in, no request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2

from geo.errors import MissingExtraError
from geo.io import write_bytes

__all__ = ["POLICY_MARK", "asset", "leaflet_css", "leaflet_js", "page_template", "page_words", "seal", "write_page"]

POLICY_MARK = "<!--content-security-policy-->"
"""Where ``seal`` puts the policy; the first thing in the head."""

_INLINE = re.compile(r"<(script|style)([^>]*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_DATA_BLOCK = re.compile(r"""\btype\s*=\s*["']?(application/(json|octet-stream)|text/plain)""", re.IGNORECASE)


@cache
def asset(name: str) -> str:
    """Return a text file of ``maps/assets``."""
    return (resources.files("maps") / "assets" / name).read_text(encoding="utf-8")


@cache
def _leaflet_folder() -> Path:
    try:
        from xstatic.pkg import leaflet
    except ImportError as error:
        message = "the web map needs Leaflet's files; install them with: pip install XStatic-Leaflet"
        raise MissingExtraError(message) from error
    return Path(leaflet.BASE_DIR)


@cache
def page_words(name: str, lang: str) -> dict[str, str]:
    """
    Return the words of a page in a language.

    Parameters
    ----------
    name : str
        A JSON file of ``maps/assets``: language to words.
    lang : {"zh", "en"}

    Raises
    ------
    ValueError
        If the language is unknown.
    """
    table: dict[str, dict[str, str]] = json.loads(asset(name))
    if lang not in table:
        message = f"no words for language {lang!r}; choose one of {', '.join(table)}"
        raise ValueError(message)
    return table[lang]


@cache
def page_template(name: str, *, own: tuple[str, ...] = ()) -> jinja2.Template:
    """
    Return a template of ``maps/templates`` in which every value is escaped: none of a table is ever markup.

    Parameters
    ----------
    name : str
    own : tuple of str
        Placeholders for our own style and script, which stand in the page as they are; the policy names them by hash.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    text = (resources.files("maps") / "templates" / name).read_text(encoding="utf-8")
    for word in own:
        text = text.replace(f"{{{{ {word} }}}}", f"{{{{ {word} | safe }}}}")
    return environment.from_string(text)


@cache
def leaflet_js() -> str:
    """Return Leaflet's script, without the comment that makes developer tools ask for a source map."""
    text = (_leaflet_folder() / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", text)


@cache
def leaflet_css() -> str:
    """Return Leaflet's style with its images inside, as data URIs."""
    folder = _leaflet_folder()

    def inline(match: re.Match[str]) -> str:
        target = match.group(1).strip("\"'")
        if target.startswith(("#", "data:")):
            return match.group(0)
        data = base64.b64encode((folder / target).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{data})"

    return re.sub(r"url\(([^)]+)\)", inline, (folder / "leaflet.css").read_text(encoding="utf-8"))


def seal(html: str, *, image_hosts: tuple[str, ...] = ()) -> str:
    """
    Put the content security policy into a finished page.

    Parameters
    ----------
    html : str
        A page with ``POLICY_MARK`` in its head, before any script or style.
    image_hosts : tuple of str
        Hosts of map tiles, where the user asked for some; none otherwise.

    Returns
    -------
    str
        The page. Its line ends are LF, because the hash of a script counts them.

    Raises
    ------
    ValueError
        If the mark is missing or a script comes from outside.

    References
    ----------
    W3C, Content Security Policy Level 3, https://www.w3.org/TR/CSP3/ (hash sources, data blocks).
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    if POLICY_MARK not in html:
        message = "the page has no place for its content security policy"
        raise ValueError(message)
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for tag, attributes, body in _INLINE.findall(html):
        if re.search(r"\bsrc\s*=", attributes):
            message = f"the page asks for a script from outside: <{tag}{attributes}>"
            raise ValueError(message)
        if _DATA_BLOCK.search(attributes):
            continue
        digest = base64.b64encode(hashlib.sha256(body.encode("utf-8")).digest()).decode("ascii")
        source = f"'sha256-{digest}'"
        if source not in hashes[tag.lower()]:
            hashes[tag.lower()].append(source)
    allowed = {tag: " ".join(sources) or "'none'" for tag, sources in hashes.items()}
    images = " ".join(("data:", *image_hosts))
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )
    return html.replace(POLICY_MARK, f'<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


def write_page(path: str | Path, html: str) -> Path:
    """
    Write a page as UTF-8 with LF line ends.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    write_bytes(path, html.encode("utf-8", "replace"))
    return path
