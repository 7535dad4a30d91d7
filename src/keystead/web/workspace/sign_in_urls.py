"""The pages of allauth that we use, under its own names. Its other pages (addresses, sign-up) do not exist here."""

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from keystead.web.workspace import sign_in_pages

logger = logging.getLogger(__name__)

_OIDC = "allauth.socialaccount.providers.openid_connect.views"
_SAML = "allauth.socialaccount.providers.saml.views"


def lazily(module: str, name: str) -> Callable[..., HttpResponse]:
    """A view whose module is loaded when it is first asked for: XML signatures weigh twenty megabytes where nobody uses them."""

    @login_not_required
    def view(request: HttpRequest, **words: Any) -> HttpResponse:
        try:
            answer: HttpResponse = getattr(import_module(module), name)(request, **words)
        except (OSError, ValueError) as error:  # the network, a refusing server, or an answer that is none
            logger.error("The company's sign-in did not answer as expected: %s", error)
            return sign_in_pages.failed(request)
        return answer

    return view


urlpatterns = [
    path("login/", sign_in_pages.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("steps/", sign_in_pages.safety, name="mfa_index"),
    path("steps/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),  # they stand on that page
    path("steps/", include("allauth.mfa.urls")),
    path("sessions/<int:pk>/end/", sign_in_pages.session_end, name="session_end"),
    path("sessions/others/end/", sign_in_pages.other_sessions_end, name="other_sessions_end"),
    path("company/cancelled/", sign_in_pages.cancelled, name="socialaccount_login_cancelled"),
    path("company/error/", sign_in_pages.failed, name="socialaccount_login_error"),
    path("company/none/", sign_in_pages.no_place, name="socialaccount_signup"),
    path("oidc/<str:provider_id>/login/", lazily(_OIDC, "login"), name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", lazily(_OIDC, "callback"), name="openid_connect_callback"),
    path("saml/<str:organization_slug>/login/", lazily(_SAML, "login"), name="saml_login"),
    path("saml/<str:organization_slug>/acs/", csrf_exempt(lazily(_SAML, "acs")), name="saml_acs"),
    path("saml/<str:organization_slug>/acs/finish/", lazily(_SAML, "finish_acs"), name="saml_finish_acs"),
    path("saml/<str:organization_slug>/sls/", csrf_exempt(lazily(_SAML, "sls")), name="saml_sls"),
    path("saml/<str:organization_slug>/metadata/", lazily(_SAML, "metadata"), name="saml_metadata"),
]
