"""The web server of the review page: each address calls one method of the session."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from textclf.errors import TextclfError
from textclf.review_page.assistants import Assistants
from textclf.review_page.pool import Search
from textclf.review_page.proposing import propose
from textclf.review_page.rereading import contradicting_model, of_older_version
from textclf.review_page.session import ReviewSession
from textclf.review_page.units import Unit

_PAGE = Path(__file__).parent / "page"
_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/article.js": ("article.js", "text/javascript; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
"""All files that are served; no other path is ever opened."""
_TICK = 0.05
"""Seconds between two looks at what the background processes have done."""
_LONGEST_WORD = 200
_LARGEST = 2**53
"""Whole numbers below this are exact in JavaScript."""

Handler = Callable[[Request], Awaitable[Response]]
_Body = dict[str, Any]


def review_app(
    session: ReviewSession, assistants: Assistants, finish: Callable[[], None]
) -> Starlette:
    """Return the app that serves one session; `finish` is called when the coder has finished."""
    routes = [_file_route(path, *file) for path, file in _FILES.items()]
    routes += [
        Route(f"/api/{name}", _json_handler(method), methods=["POST"])
        for name, method in _Api(session, assistants, finish).methods().items()
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_tick_for_ever(assistants))
        try:
            yield
        finally:
            task.cancel()

    return Starlette(routes=routes, lifespan=lifespan)


class _Api:
    """What the page can ask for. Each method takes the JSON of a request and gives that of it."""

    def __init__(
        self, session: ReviewSession, assistants: Assistants, finish: Callable[[], None]
    ) -> None:
        self._session = session
        self._assistants = assistants
        self._finish = finish

    def methods(self) -> dict[str, Callable[[_Body], _Body]]:
        """Return the methods by their names in addresses."""
        session, assistants = self._session, self._assistants
        return {
            "start": lambda _: {**session.start(), "status": assistants.status()},
            "next": lambda _: session.next(),
            "show": lambda body: session.show(_unit(body)),
            "answer": self._answer,
            "undo": lambda body: session.undo(_key(body)),
            "skip": lambda body: session.skip(_unit(body)),
            "search": self._search,
            "propose": self._propose,
            "status": self._status,
            "train": self._train,
            "end": self._end,
        }

    def _answer(self, body: _Body) -> _Body:
        unit, rest = _unit(body), body.get("rest") is True
        labels, note = _texts(body, "labels"), _text(body, "note")
        self._session.answer(unit, labels, _key(body), note, rest=rest)
        stays = body.get("stay") is True
        return self._session.show(unit) if stays else self._session.next()

    def _search(self, body: _Body) -> _Body:
        fields = ("word", "month", "source", "called")
        wanted = Search(*(_text(body, name)[:_LONGEST_WORD] for name in fields))
        kind = _text(body, "kind")
        if kind in {"contradicting", "older"}:
            found = (
                contradicting_model(self._session)
                if kind == "contradicting"
                else of_older_version(self._session, wanted.called)
            )
            return {"found": len(found), "list": found}
        return self._session.search(wanted, least_sure=kind == "least_sure")

    def _propose(self, body: _Body) -> _Body:
        kind, text, label = (_text(body, name) for name in ("kind", "text", "label"))
        return {"file": str(propose(self._session, _unit(body), kind, text, label))}

    def _status(self, _: _Body) -> _Body:
        return self._assistants.status()

    def _train(self, _: _Body) -> _Body:
        self._assistants.train()
        return self._assistants.status()

    def _end(self, _: _Body) -> _Body:
        self._finish()
        return {"answers": self._session.progress()["answers"]}


async def _tick_for_ever(assistants: Assistants) -> None:
    while True:
        await asyncio.sleep(_TICK)
        assistants.tick()


def _file_route(path: str, name: str, kind: str) -> Route:
    data = (_PAGE / name).read_bytes()

    async def send(_: Request) -> Response:
        return Response(data, media_type=kind)

    return Route(path, send, methods=["GET"])


def _json_handler(method: Callable[[_Body], _Body]) -> Handler:
    """Return a handler that takes and gives JSON; what was wrong is told in one line."""

    async def handle(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
        except (ValueError, RecursionError):
            return _told("this is not JSON", 400)
        if not isinstance(body, dict):
            return _told("this is not a JSON object", 400)
        try:
            found = method(body)
        except TextclfError as reason:
            return _told(str(reason), 409)
        return Response(json.dumps(found), media_type="application/json")

    return handle


def _told(reason: str, status: int) -> Response:
    line = " ".join(reason.split()).encode("utf-8", "backslashreplace").decode("utf-8")
    return PlainTextResponse(line, status)


def _unit(body: _Body) -> Unit:
    unit = body.get("unit")
    values = [unit.get(name) for name in Unit._fields] if isinstance(unit, dict) else []
    numbers = [value for value in values if type(value) is int and 0 <= value < _LARGEST]
    if len(numbers) != len(Unit._fields):
        raise TextclfError("unit must have a number and a position")
    return Unit(*numbers)


def _key(body: _Body) -> str:
    key = _text(body, "key")
    if not key or len(key) > _LONGEST_WORD:
        raise TextclfError("an answer needs a key")
    return key


def _text(body: _Body, name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise TextclfError(f"{name} must be a text")
    return value


def _texts(body: _Body, name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TextclfError(f"{name} must be a list of texts")
    return value
