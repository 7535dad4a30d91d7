"""The company's own sign-in as allauth wants to be told of it, from what the environment says."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_NAMES = {
    "first_name": ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "urn:oid:2.5.4.42", "givenName"],
    "last_name": ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "urn:oid:2.5.4.4", "sn"],
}
NAME = "company"  # the one provider of each kind; it stands in the addresses to be registered there


def providers(oidc: Mapping[str, Any], saml: Mapping[str, Any]) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS: empty apps while nothing is configured."""
    return {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [_oidc(oidc)] if oidc["url"] else []},
        "saml": {
            "provider_class": "keystead.web.workspace.sign_in_saml.SubjectProvider",
            "APPS": [_saml(saml)] if saml["entity_id"] else [],
        },
    }


def _oidc(given: Mapping[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {"server_url": given["url"]}
    if given["trusts_email"]:
        settings["verified_email"] = True
    return {
        "provider_id": NAME, "name": given["name"], "client_id": given["client_id"], "secret": given["client_secret"],
        "settings": settings,
    }  # fmt: skip


def _saml(given: Mapping[str, Any]) -> dict[str, Any]:
    idp: dict[str, Any] = {"entity_id": given["entity_id"]}
    if given["metadata_url"]:
        idp["metadata_url"] = given["metadata_url"]
    else:
        idp |= {"sso_url": given["sso_url"], "x509cert": _certificate(given["certificate"])}
    settings: dict[str, Any] = {
        "idp": idp,
        # A signature says who speaks, not that nobody over there may choose an address: that is for whoever runs this to say.
        "verified_email": given["trusts_email"] or [domain.lower().removeprefix("@") for domain in given["email_domains"]],
        "use_nameid_for_email": not given["email_attribute"],
        "advanced": {
            "strict": True, "want_assertion_signed": True, "reject_idp_initiated_sso": True,
            "allow_single_label_domains": True,  # http://keystead/ inside a company
        },
    }  # fmt: skip
    if given["email_attribute"]:
        settings["attribute_mapping"] = {"email": given["email_attribute"], **_NAMES}
    # Without a provider_id its subjects are kept under "saml", apart from OpenID Connect's: the same key may be two people.
    return {"client_id": NAME, "name": given["name"], "settings": settings}


def _certificate(given: str) -> str:
    """The certificate itself, or the path of a file that holds it."""
    if given and "BEGIN" not in given and Path(given).is_file():
        return Path(given).read_text()
    return given


def form_targets(oidc: Mapping[str, Any], saml: Mapping[str, Any], more: Sequence[str] = ()) -> list[str]:
    """The origins that signing in leads to, for the content security policy."""
    urls = [oidc["url"], saml["sso_url"], saml["metadata_url"], *more]
    return sorted({f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in urls if url})
