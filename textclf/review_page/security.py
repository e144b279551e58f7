"""Who may talk to the server: the browser that opened the printed address, on this computer."""

import hmac
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
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
_UNSAFE_METHODS = {"POST", "PUT", "PATCH", "DELETE"}


class Guard:
    """Lets requests through to an app if they come from the page itself.

    The address that is printed holds a token. It is good once: the browser gets a cookie for it,
    which no script can read and no other site can make the browser send.
    """

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._cookie = f"textclf_review_{port}"
        self._token = secrets.token_urlsafe(32)
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
        known = hmac.compare_digest(
            self._given_cookie(request.headers).encode(), self._secret.encode()
        )
        if request.url.path == "/" and token:
            first = bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode())
            if not known and not first:
                return _refusal(
                    "this address was opened before, or is of an earlier start: stop textclf "
                    "review with Ctrl-C, start it again, and open the address that it prints",
                    403,
                )
            answer = RedirectResponse("/", 303)
            if first:
                self._token = ""
                answer.set_cookie(
                    self._cookie, self._secret, httponly=True, samesite="strict", path="/"
                )
            return answer
        if not known:
            return _refusal("open the address that textclf review has printed", 403)
        return None

    def _given_cookie(self, headers: Mapping[str, str]) -> str:
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return morsel.value if morsel else ""


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
    return length.isascii() and length.isdigit() and int(length[:12]) <= MOST_BYTES


def _refusal(reason: str, status: int) -> Response:
    return PlainTextResponse(f"textclf: {reason}\n", status)
