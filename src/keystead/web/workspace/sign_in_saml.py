"""Whom a SAML answer is about: by the provider's own lasting key of the person, or only by an address, which may change hands."""

from typing import Any
from uuid import uuid4

from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.http import HttpRequest

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
# Never given to a second person, by the standard that defines them (SAML V2.0 Subject Identifier Attributes Profile).
_KEYS = ("urn:oasis:names:tc:SAML:attribute:subject-id", "urn:oasis:names:tc:SAML:attribute:pairwise-id")


class SubjectProvider(SAMLProvider):
    """Binds by a lasting key only. Anything else (an address, a key of the day) gets a key that nothing was ever bound to."""

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        login = super().sociallogin_from_response(request, response)
        login.is_lasting = bool(_lasting_key(response))
        return login

    def extract_uid(self, data: Any) -> str:
        return _lasting_key(data) or f"passing:{uuid4()}"


def _lasting_key(answer: Any) -> str:
    for name in _KEYS:
        if values := answer.get_attributes().get(name):
            return str(values[0])
    is_lasting = answer.get_nameid_format() == PERSISTENT
    return str(answer.get_nameid() or "") if is_lasting else ""
