"""Writes that may be sent twice: an ``Idempotency-Key`` makes a second one answer what the first one did.

**What is guaranteed.** The answer is stored in the transaction that makes the change. So either both are there, and a
repeat is answered from the table; or neither is, and a repeat carries the request out. A process that dies in the
middle has changed nothing: its row keeps the key for :data:`LEASE`, during which a repeat is told 409, and then belongs
to the next one who asks. A request that outlives its lease is undone when it tries to store its answer after somebody
else has taken it over.

**What is kept.** Answers of success, for a day. A refusal has changed nothing; it frees the key, and the same request
may be tried again with it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse

from venues.transactions import atomic

from .limits import owner_of
from .models import IdempotentRequest
from .problems import IdempotencyKeyReused, RequestRunning, invalid_field

HEADER = "Idempotency-Key"
LONGEST = 255
LEASE = timedelta(seconds=60)
STORED_HEADERS = ("Content-Type", "Location")

Run = Callable[[], HttpResponse]


def write(request: HttpRequest, run: Run) -> HttpResponse:
    """Carry a write out in one transaction, once for each ``Idempotency-Key``.

    What answers with a problem is undone as a whole. Without the header one query less is spent at each end.

    Raises:
        IdempotencyKeyReused, RequestRunning: see there.
        Invalid: the header is no key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return _run(run, lambda response: None)
    if not 0 < len(key) <= LONGEST or not key.isprintable():
        raise invalid_field(HEADER, f"The {HEADER} is a text of 1 to {LONGEST} characters.", "invalid_header")
    claim = _Claim.of(request, key)
    if not claim.is_granted():
        return claim.replay()
    try:
        response = _run(run, claim.store)
    except _LeaseLost:
        return claim.replay()
    except Exception:
        claim.give_up()
        raise
    if response.status_code >= 400:
        claim.give_up()
    return response


class _LeaseLost(Exception):
    """It has taken so long that somebody else carries the request out."""


def _run(run: Run, store: Callable[[HttpResponse], None]) -> HttpResponse:
    @atomic
    def once() -> HttpResponse:
        response = run()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            store(response)
        return response

    return once()


@dataclass(frozen=True)
class _Claim:
    """Somebody's wish to carry out a request."""

    owner: str
    key: str
    method: str
    path: str
    body_hash: str
    lease: uuid.UUID
    now: datetime

    @classmethod
    def of(cls, request: HttpRequest, key: str) -> _Claim:
        return cls(
            owner=owner_of(request, request.api_key),
            key=key,
            method=request.method,
            path=request.get_full_path()[:2000],
            body_hash=hashlib.sha256(request.body).hexdigest(),
            lease=uuid.uuid4(),
            now=request.now,
        )

    def is_granted(self) -> bool:
        """Ask for the key: nobody has used it, or it is forgotten, or whoever ran the same request has died.

        One statement, so that of many that come at the same time one gets it.
        """
        table, moment = IdempotentRequest._meta.db_table, connection.ops.adapt_datetimefield_value
        sql = f"""
            INSERT INTO {table}
                (owner, key, method, path, body_hash, lease, started_at, leased_until, headers, body)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '{{}}', '')
            ON CONFLICT (owner, key) DO UPDATE SET
                method = excluded.method, path = excluded.path, body_hash = excluded.body_hash,
                lease = excluded.lease, started_at = excluded.started_at, leased_until = excluded.leased_until,
                status = NULL, headers = excluded.headers, body = excluded.body
            WHERE {table}.started_at <= %s
               OR ({table}.status IS NULL AND {table}.leased_until <= %s AND {table}.method = excluded.method
                   AND {table}.path = excluded.path AND {table}.body_hash = excluded.body_hash)
            RETURNING id
        """
        lease = IdempotentRequest._meta.get_field("lease").get_db_prep_value(self.lease, connection)
        what = [self.owner, self.key, self.method, self.path, self.body_hash, lease]
        when = [self.now, self.now + LEASE, self.now - IdempotentRequest.KEPT_FOR, self.now]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*what, *map(moment, when)])
            return cursor.fetchone() is not None

    def store(self, response: HttpResponse) -> None:
        """Keep the answer, with the change that it tells of.

        Raises:
            _LeaseLost: somebody else has taken the request over.
        """
        headers = {name: response[name] for name in STORED_HEADERS if name in response}
        if not self._own().update(status=response.status_code, headers=headers, body=response.text):
            raise _LeaseLost

    def give_up(self) -> None:
        """Free the key: nothing was changed."""
        self._own().delete()

    def _own(self):
        return IdempotentRequest.objects.filter(owner=self.owner, key=self.key, lease=self.lease, status__isnull=True)

    def replay(self) -> HttpResponse:
        """Answer what was answered before.

        Raises:
            IdempotencyKeyReused, RequestRunning: see there.
        """
        row = IdempotentRequest.objects.filter(owner=self.owner, key=self.key).first()
        if row and (row.method, row.path, row.body_hash) != (self.method, self.path, self.body_hash):
            raise IdempotencyKeyReused("This idempotency key was used for another request. Take a new one.")
        if row is None or row.status is None:
            raise RequestRunning(
                "The same request is being carried out. Ask again in a moment.", headers={"Retry-After": "1"}
            )
        headers = {**row.headers, "Idempotency-Replayed": "true"}
        return HttpResponse(row.body, status=row.status, headers=headers)


def forget_requests(now: datetime) -> int:
    """Delete stored answers that are kept no longer. Returns how many these were."""
    return IdempotentRequest.objects.forgotten(now).delete()[0]
