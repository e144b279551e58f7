"""Who may talk to the server: the browser that opened the printed address, on this computer."""

import hmac
import secrets

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "::1")
"""The addresses that the server can be reached at."""
MOST_BYTES = 100_000
"""Bytes of a request, at most."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_OPENING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>textclf review</title>
<meta http-equiv="refresh" content="0;url=/"></head>
<body><p><a href="/">Open the review page</a></p></body></html>
"""
_UNSAFE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


class Guard:
    """Lets requests through to an app if they come from the page itself.

    The address that is printed holds a token. It is good once: the browser gets a cookie for it,
    which no script can read and no other site can make the browser send. The page at that address
    opens the review page: after a click on another site, as in a notebook, the browser would not
    send the cookie where it is only redirected.
    """

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._cookie = f"textclf_review_{port}"
        self._token = secrets.token_urlsafe(32)
        self._used = False
        self._secret = secrets.token_urlsafe(32)

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        return f"http://{self._authority}/?token={self._token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *own]
            await send(message)

        answer = self._refused(Request(scope)) or self._let_in(Request(scope))
        await (answer or self._app)(scope, receive, send_with_headers)

    def _refused(self, request: Request) -> Response | None:
        """Return the refusal of a request that another site may have made."""
        headers = request.headers
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "same-origin")
        if headers.getlist("host") != [self._authority]:
            return _refusal(f"this server answers to {self._authority} alone", 421)
        if origin not in {None, f"http://{self._authority}"} or (
            site not in {"same-origin", "none"} and request.url.path != "/"
        ):
            return _refusal("this request comes from another site", 403)
        return _refused_change(headers) if request.method in _UNSAFE_METHODS else None

    def _let_in(self, request: Request) -> Response | None:
        """Return None for a browser that has the cookie; give one to the first with the token."""
        token = request.query_params.get("token", "")
        if request.url.path == "/" and _same(token, self._token):
            answer = HTMLResponse(_OPENING)
            if not self._used:
                self._used = True
                answer.set_cookie(
                    self._cookie, self._secret, httponly=True, samesite="strict", path="/"
                )
            return answer
        if not _same(request.cookies.get(self._cookie, ""), self._secret):
            return _refusal(
                "open the address that textclf review has printed; it is good for one browser: if "
                "it was opened in another one, or is of an earlier start, stop textclf review with "
                "Ctrl-C, start it again, and open the address that it prints",
                403,
            )
        return None


def _refused_change(headers: Headers) -> Response | None:
    """Return the refusal of a request that would change something."""
    if headers.get("origin") is None:
        return _refusal("this request does not say which site it comes from", 403)
    if headers.get("content-type", "").partition(";")[0] != "application/json":
        return _refusal("give JSON", 415)
    if not _is_short(headers):
        return _refusal(f"give at most {MOST_BYTES:,} bytes, and say how many", 413)
    return None


def _is_short(headers: Headers) -> bool:
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or len(length) > len(str(MOST_BYTES)):
        return False
    return int(length) <= MOST_BYTES


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def _refusal(reason: str, status: int) -> Response:
    return PlainTextResponse(f"textclf: {reason}\n", status)
