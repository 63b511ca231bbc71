"""Who may ask, and how often: dependencies of the routes that read. Health, metrics, documentation and the page are open to all."""

import hmac
import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBasicCredentials, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import SecretStr
from starlette.exceptions import HTTPException

from service.problems import refusals
from service.settings import Settings

Header = Annotated[str | None, Depends(APIKeyHeader(name="X-API-Key", auto_error=False))]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]
# Label Studio knows no other way to carry a key to its backend.
Basic = Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]


class Keys:
    """Refuses a caller without one of the keys."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        self._keys = [key.get_secret_value().encode() for key in keys]

    def __call__(self, request: Request, header: Header, bearer: Bearer, basic: Basic) -> None:
        key = (header or (bearer.credentials if bearer else basic.password if basic else "")).encode()
        # All are compared, each in constant time: how long it takes tells nothing.
        equal = [hmac.compare_digest(key, known) for known in self._keys]
        if not any(equal):
            raise HTTPException(401, f"{'the key is unknown' if key else 'no key was sent'}; send one of the service's as "
                                     "`Authorization: Bearer KEY` or as `X-API-Key: KEY`", {"WWW-Authenticate": "Bearer"})
        request.state.caller = key.decode()


class Rate:
    """Refuses a caller, a key or else an address, that asks too often."""

    def __init__(self, rate: RateLimitItem) -> None:
        self._rate = rate
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def __call__(self, request: Request) -> None:
        caller = getattr(request.state, "caller", request.client.host if request.client else "")
        if not self._limiter.hit(self._rate, caller):
            seconds = max(1, round(self._limiter.get_window_stats(self._rate, caller).reset_time - time.time()))
            raise HTTPException(429, f"at most {self._rate} are answered; try again in {seconds} s", {"Retry-After": str(seconds)})


def guards(settings: Settings, keys: bool = True) -> dict[str, Any]:
    """How to include a router whose routes only callers with a key may use, so often; without `keys` it has its own lock."""
    chosen: list[Dependency] = []
    statuses: list[int] = []
    if settings.api_keys and keys:
        chosen.append(Depends(Keys(settings.api_keys)))
        statuses.append(401)
    if settings.rate:
        chosen.append(Depends(Rate(settings.rate)))
        statuses.append(429)
    return {"dependencies": chosen, "responses": refusals(*statuses)}
