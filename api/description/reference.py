"""The reference of the interface as one page of plain HTML, made from the OpenAPI document: nothing is written twice.

No script and nothing from another host. Its texts are those of the description, in English.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

# Parameters of most lists: explained once.
_COMMON: Final = ("size", "known", "at", "party", "since", "start", "limit")
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>API reference · {title}</title><link rel="stylesheet" href="{base}/static/site.css">
<link rel="icon" href="{base}/static/icon.svg" type="image/svg+xml"></head>
<body><main><div class="wrap">
<h1>API reference</h1>
<p lang="es">Para quien programa: las direcciones que da este servidor, en inglés como su descripción. El libro en
palabras está en <a href="{base}/es/">las páginas</a>, y los datos como tablas en
<a href="{base}/es/datos">datos</a>.</p>
<p>{summary} Made from <a href="{base}/openapi.json">the OpenAPI document</a> (version {version}), which has the form of
every body and answer; a client can be generated from it. Every act's form is at
<a href="{base}/api/v1/acts">/api/v1/acts</a>. Errors are problem documents (RFC 9457) whose
<code>code</code> is stable: <a href="{base}/en/codes">all codes</a>,
<a lang="es" href="{base}/es/codigos">en español</a>.</p>
"""


def reference_page(document: Mapping[str, Any], base: str) -> str:
    """Make the page.

    Args:
        document: The OpenAPI document.
        base: The path prefix of the server.

    Returns:
        HTML.
    """
    info = document["info"]
    head = {"title": info["title"], "summary": info["summary"], "version": info["version"], "base": base}
    parts = [_HEAD.format(**{name: escape(str(text)) for name, text in head.items()})]
    groups: defaultdict[str, list[tuple[str, str, Mapping[str, Any]]]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups[operation["tags"][0]].append((path, method, operation))
    described = {tag["name"]: tag["description"] for tag in document["tags"]}
    links = "".join(f'<li><a href="#{tag}">{tag}</a> {escape(described[tag])}' for tag in groups)
    parts.append(f"<nav><ul>{links}</ul></nav>\n{_common(groups)}")
    for tag, operations in groups.items():
        parts.append(f'<h2 id="{tag}">{tag}</h2>\n<dl>\n')
        parts.extend(_operation(*operation) for operation in operations)
        parts.append("</dl>\n")
    parts.append("</div></main></body></html>\n")
    return "".join(parts)


def _common(groups: Mapping[str, list[tuple[str, str, Mapping[str, Any]]]]) -> str:
    """Explain the parameters that most lists take."""
    texts: dict[str, str] = {}
    for operations in groups.values():
        for _, _, operation in operations:
            for parameter in operation.get("parameters", ()):
                texts.setdefault(parameter["name"], parameter.get("description", ""))
    rows = "".join(f"<dt><code>{name}</code><dd>{_code(texts[name])}\n" for name in _COMMON if name in texts)
    return f"<h2>Parameters of lists</h2>\n<dl>{rows}</dl>\n"


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    text = _code(operation["summary"])
    title = f"<code>{method.upper()} {escape(path)}</code>"
    return f'<dt id="{escape(operation["operationId"])}">{title}<dd>{text}. {"; ".join(_details(operation))}\n'


def _details(operation: Mapping[str, Any]) -> Iterator[str]:
    """Give name, parameters, body and answers of an operation, each as a short text."""
    yield f"<i>{escape(operation['operationId'])}</i>"
    named = [parameter for parameter in operation.get("parameters", ()) if parameter["in"] == "query"]
    common = [parameter["name"] for parameter in named if parameter["name"] in _COMMON]
    own = [
        f"<code>{escape(parameter['name'])}</code> {_code(parameter.get('description', ''))}".strip()
        for parameter in named
        if parameter["name"] not in _COMMON
    ]
    if common or own:
        yield "takes " + ", ".join([*own, *(f"<code>{name}</code>" for name in common)])
    if "requestBody" in operation:
        yield f"body {', '.join(map(escape, operation['requestBody']['content']))}"
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            yield f"{status} {', '.join(_form(kind, body) for kind, body in answer.get('content', {}).items())}".strip()
    refused = [status for status in operation["responses"] if not status.startswith(("2", "3"))]
    if refused:
        yield f"errors {', '.join(refused)}"


def _form(media_type: str, body: Mapping[str, Any]) -> str:
    """Name an answer's media type, and its schema where it has a name."""
    schema = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return escape(f"{media_type} ({schema})" if schema else media_type)


def _code(text: str) -> str:
    """Give a description's text with what is between backquotes as code."""
    parts = escape(" ".join(text.split())).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
