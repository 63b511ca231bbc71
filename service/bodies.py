"""How large a body may be. The rule holds while the body is read: not every client says beforehand how long it is."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import problem

# A character of JSON takes six bytes at most when escaped, twelve beyond the basic plane.
BYTES_A_CHARACTER = 12
BESIDES = 65536


def most_bytes(characters: int) -> int:
    """How many bytes of JSON can hold a text of so many characters, with what stands beside it."""
    return characters * BYTES_A_CHARACTER + BESIDES


class LimitedBodies:
    """Refuses a body of more than `most` bytes; `others` gives other limits by the beginning of the path, None for no limit."""

    def __init__(self, app: ASGIApp, most: int, others: dict[str, int | None]) -> None:
        self.app = app
        self.most = most
        self.others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = next((most for path, most in self.others.items() if scope["type"] == "http" and scope["path"].startswith(path)), self.most)
        if scope["type"] != "http" or most is None:
            await self.app(scope, receive, send)
            return
        expected = f"at most {most:,} are read; split the text"
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most:
            await problem(413, f"the body has {int(declared):,} bytes, {expected}")(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, f"the body has {received:,} bytes or more, {expected}")
            return message

        await self.app(scope, counted, send)
