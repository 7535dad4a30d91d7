"""Errors as RFC 9457 problems: always `application/problem+json`, in the client's language, whatever went wrong."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, ValidationError

from keystead.base.trouble import trouble_of
from keystead.domain.plans.approval import CannotMove
from keystead.domain.workspace.permissions import MissingScope, NotAllowed
from keystead.domain.workspace.second_step import SecondStepMissing
from keystead.domain.writing import DELETED_NOW, FieldError, Invalid, Stale, is_of_deleted

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `pointer`: "/amount/currency" into the body, "?status" a query parameter, "" the whole request."""

    pointer: str
    code: str
    message: Any


class Problem(Exception):
    """An answer other than the one that was asked for. Raised anywhere below a view; never carries markup."""

    def __init__(
        self, status: int, code: str, detail: Any, faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:  # fmt: skip
        super().__init__(f"{status} {code}")
        self.status, self.code, self.detail = status, code, detail
        self.faults, self.headers, self.members = list(faults), dict(headers or {}), members


def refused(faults: Sequence[Fault]) -> Problem:
    """422: the request is understood and cannot be done as it stands."""
    detail = faults[0].message if len(faults) == 1 else _("Several things are wrong; see errors.")
    return Problem(422, "invalid", detail, faults)


def refused_one(pointer: str, code: str, message: Any) -> Problem:
    return refused([Fault(pointer, code, message)])


def not_found() -> Problem:
    return Problem(404, "not_found", _("There is nothing at this address, or you may not see it."))


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a response: {"type", "title", "status", "detail", "instance", "code", "errors": […]}."""
    detail = str(problem.detail)
    body = {
        "type": f"urn:keystead:problem:{problem.code}",
        "title": _titles().get(problem.status, detail),
        "status": problem.status,
        "detail": detail,
        "instance": request.path,
        "code": problem.code,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "message": str(fault.message)} for fault in problem.faults
        ],
        **problem.members,
    }  # fmt: skip
    return HttpResponse(json.dumps(body), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers)


def _titles() -> dict[int, str]:
    return {
        400: _("The request cannot be read"),
        401: _("Sign in with a token"),
        403: _("You may not do this"),
        404: _("Not found"),
        405: _("Method not allowed"),
        409: _("It conflicts with the present state"),
        412: _("It has changed meanwhile"),
        413: _("The request is too large"),
        415: _("The content type is not supported"),
        422: _("The request is not valid"),
        500: _("Something went wrong on our side"),
        503: _("Busy just now"),
    }


# What each exception that may come up means for the client.


def _unauthenticated(_error: Exception) -> Problem:
    detail = _("Send a valid API token: Authorization: Bearer TOKEN.")
    return Problem(401, "unauthenticated", detail, headers={"WWW-Authenticate": 'Bearer realm="Keystead"'})


def _not_allowed(error: NotAllowed) -> Problem:
    if isinstance(error, MissingScope):
        lacking = _("This token is not for that: it lacks the scope “%(scope)s” (%(action)s).")
        detail = lacking % {"scope": error.scope, "action": error.action}
        return Problem(403, error.code, detail, action=error.action, scope=str(error.scope))
    detail = _("Your role does not let you do this (%(action)s).") % {"action": error.action}
    return Problem(403, error.code, detail, action=error.action)


def _second_step(error: SecondStepMissing) -> Problem:
    detail = _(
        "This workspace asks for a second step at sign-in, and you have none. Your tokens work again as soon as you have set one"
        " up on your own page."
    )
    return Problem(403, error.code, detail)


def _stale(error: Stale) -> Problem:
    version = getattr(error.current, "version", 0)
    detail = _("It has changed since you read it; the version is now %(version)s. Read it again and repeat your change.")
    return Problem(412, error.code, detail % {"version": version}, current_version=version)


def _cannot_move(error: CannotMove) -> Problem:
    detail = _("A plan that is %(state)s cannot take this step (%(verb)s).")
    values = {"state": error.plan.get_status_display(), "verb": error.verb}
    return Problem(409, error.code, detail % values, state=error.plan.status)


def _protected(_error: ProtectedError) -> Problem:
    return Problem(409, "in_use", _("Other records still need this one."))


def _path(_error: ValidationError) -> Problem:
    """Only path parameters are left to ninja: an address that is no UUID is an address of nothing."""
    return not_found()


def _too_big(_error: Exception) -> Problem:
    return Problem(413, "too_large", _("The request is larger than is accepted here."))


def _unreadable(_error: Exception) -> Problem:
    return Problem(400, "unreadable", _("The request cannot be read."))


def _database(error: IntegrityError) -> Problem:
    if is_of_deleted(error):
        return Problem(409, "missing", DELETED_NOW)
    logger.warning("The database refused a request to the API", exc_info=error)
    return Problem(409, "refused", _("The database refuses this: it breaks a rule."))


def _out_of_range(error: Exception) -> Problem:
    logger.warning("The database could not store a value from the API", exc_info=error)
    return refused_one("", "out_of_range", _("A value is outside of what can be stored."))


def _passing(error: Exception) -> Problem:
    """A knot of two writers, a database that is away, a full disk are nobody's mistake; anything else is ours."""
    trouble = trouble_of(error)
    if trouble is None:
        return _broken(error)
    logger.warning("Not answered: %s", trouble, exc_info=error)
    return Problem(503, trouble.value, trouble.sentence, headers={"Retry-After": str(trouble.seconds)})


def _broken(error: Exception) -> Problem:
    logger.error("A request to the API failed", exc_info=error)
    return Problem(500, "internal", _("The error has been noted. Please try again later."))


MEANINGS: dict[type[Exception], Callable[[Any], Problem]] = {
    AuthenticationError: _unauthenticated,
    NotAllowed: _not_allowed,
    SecondStepMissing: _second_step,
    Stale: _stale,
    CannotMove: _cannot_move,
    ProtectedError: _protected,
    ValidationError: _path,
    Http404: lambda _error: not_found(),
    ObjectDoesNotExist: lambda _error: not_found(),  # deleted by somebody else in between
    RequestDataTooBig: _too_big,
    SuspiciousOperation: _unreadable,
    MultiPartParserError: _unreadable,
    UnreadablePostError: _unreadable,
    DataError: _out_of_range,
    IntegrityError: _database,
    OperationalError: _passing,
    InterfaceError: _passing,
    OSError: _passing,
    Exception: _broken,
}


def meaning(error: Exception) -> Problem:
    """The problem that an exception means; an `Invalid` that reaches this far has fields named as in the body."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Invalid):
        return refused(invalid_faults(error, {}))
    for kind in type(error).__mro__:
        if kind in MEANINGS:
            return MEANINGS[kind](error)
    return _broken(error)


def invalid_faults(error: Invalid, pointers: Mapping[str, str]) -> list[Fault]:
    """The errors of a domain verb, their fields turned into places in the body; what is wrong as a whole points at "" ."""

    def pointer(found: FieldError) -> str:
        return pointers.get(found.field, f"/{found.field}" if found.field else "")

    return [Fault(pointer(found), found.code, found.message) for found in error.errors]
