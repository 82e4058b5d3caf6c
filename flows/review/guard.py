"""Who may ask the desk at all: whoever has the token, by the desk's own address, from the desk's own pages.

A page of any other site that the auditor has open could send requests to the loopback interface too, and with a name that it lets point to
127.0.0.1 (DNS rebinding) even read the answers. So: the Host must be ours; an Origin that is not ours is refused whatever the method; what
changes something must come from a page of ours; and nothing is answered without the token, which is exchanged for a cookie that neither
scripts nor other sites get.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

#: What ASGI passes: a request, the parts of an answer, and who takes them.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Everything comes from the desk itself; no inline script or style, no frame around it.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
#: The name of the token in the address, and of the header in which programs may send it.
PARAMETER, HEADER = "token", "x-selfeval-token"
_SAFE = ("GET", "HEAD")

_NO_TOKEN = "请用 selfeval review 启动时显示的完整地址打开；地址中的口令只在本次运行中有效。"
_WRONG_HOST = "复核台只接受以本机地址发来的请求，请用 selfeval review 启动时显示的地址打开。"
_WRONG_ORIGIN = "该请求来自其他网站，复核台没有处理。"


def new_token() -> str:
    """256 random bits for an address."""
    return secrets.token_urlsafe(32)


class Guard:
    """Asks every request for its credentials before the app sees it, and puts the headers on every answer."""

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app, self.token = app, token
        # cookies know no ports: each desk of this machine has its own
        self.cookie = f"selfeval-desk-{port}"
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        if port == 80:
            self.hosts |= {"127.0.0.1", "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}  # fmt: skip
        refused = self._refusal(scope["method"], headers)
        if refused:
            await _answer(send, 403, refused)
        elif fresh := self._with_token(scope):
            await _redirect(send, fresh, f"{self.cookie}={self.token}; Path=/; HttpOnly; SameSite=Strict")  # fmt: skip
        elif not self._known(headers):
            await _answer(send, 403, _NO_TOKEN)
        else:
            await self.app(scope, receive, _headed(send))

    def _refusal(self, method: str, headers: Mapping[str, str]) -> str:
        """Why this request is none of a page of ours; "" where it may be one."""
        if headers.get("host", "") not in self.hosts:
            return _WRONG_HOST
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return _WRONG_ORIGIN
        # browsers say where a request comes from; a program that says nothing has to show the token all the same
        if method not in _SAFE and headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return _WRONG_ORIGIN
        return ""

    def _with_token(self, scope: Scope) -> str:
        """Where a page is asked for with the token in its address: the address without it. Else ""."""
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in asked if name == PARAMETER]
        if not given or not self._is_token(given[-1]) or scope["method"] not in _SAFE:
            return ""
        rest = urlencode([(name, value) for name, value in asked if name != PARAMETER])
        path = "/" + scope.get("raw_path", b"/").decode("latin-1").lstrip("/")
        return f"{path}?{rest}" if rest else path

    def _known(self, headers: Mapping[str, str]) -> bool:
        if self._is_token(headers.get(HEADER, "")):
            return True
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return self.cookie in cookies and self._is_token(cookies[self.cookie].value)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.token.encode())


def _headed(send: Send) -> Send:
    """Sends with the headers on every answer; what does not say otherwise is not kept by the browser."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            more = HEADERS if b"cache-control" in there else {**HEADERS, "cache-control": "no-store"}  # fmt: skip
            message["headers"] = [*message["headers"], *_encoded(more)]
        await send(message)

    return sending


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


async def _answer(send: Send, status: int, sentence: str) -> None:
    page = (
        '<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>复核台</title>'
        f"<h1>无法打开复核台</h1><p>{html.escape(sentence)}</p></html>"
    )
    await _send(send, status, page.encode(), {"content-type": "text/html; charset=utf-8"})


async def _redirect(send: Send, address: str, cookie: str) -> None:
    await _send(send, 303, b"", {"location": address, "set-cookie": cookie})


async def _send(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    more = {**HEADERS, **headers, "cache-control": "no-store", "content-length": str(len(body))}
    await send({"type": "http.response.start", "status": status, "headers": _encoded(more)})
    await send({"type": "http.response.body", "body": body})
