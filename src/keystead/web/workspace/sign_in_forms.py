"""allauth's forms in our words: labels above the fields, no placeholders."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
    password_validators_help_texts,
)
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keystead.base.queue import enqueue_letter


def _say(field: forms.Field, label: Any, *, complete: str = "", help_text: Any = "") -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    if complete:
        field.widget.attrs["autocomplete"] = complete


def _length_rule() -> str:
    return str(next(iter(password_validators_help_texts(_LENGTH)), ""))


_LENGTH = [validator for validator in get_default_password_validators() if isinstance(validator, MinimumLengthValidator)]
password_rule = lazy(_length_rule, str)  # the one rule worth telling beforehand; in the reader's language


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["login"], _("E-mail"), complete="username")
        _say(self.fields["password"], _("Password"), complete="current-password")


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], _("E-mail"), complete="username")

    def save(self, request: HttpRequest, **kwargs: Any) -> str:  # noqa: ARG002 - the interface is allauth's
        """Asks the worker, whoever it may be: known or not, the same is done here, and it takes the same time."""
        email: str = self.cleaned_data["email"]
        enqueue_letter("keystead.jobs.letters.password_reset", email=email, language=get_language() or "en")
        return email


class _NewPassword:
    fields: dict[str, forms.Field]

    def _say_new(self) -> None:
        _say(self.fields["password1"], _("New password"), complete="new-password", help_text=password_rule())
        _say(self.fields["password2"], _("New password, once more"), complete="new-password")


class ResetPasswordKeyForm(_NewPassword, allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._say_new()


class SetPasswordForm(_NewPassword, allauth_forms.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._say_new()


class ChangePasswordForm(_NewPassword, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["oldpassword"], _("Current password"), complete="current-password")
        self._say_new()


def _say_code(field: forms.Field, label: Any, help_text: Any = "") -> None:
    _say(field, label, complete="one-time-code", help_text=help_text)
    field.widget.attrs |= {"inputmode": "numeric", "autofocus": True}


class CodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self.fields["code"], _("Code"), _("From your authenticator app, or one of your recovery codes."))


class CodeAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self.fields["code"], _("Code"), _("From your authenticator app, or one of your recovery codes."))


class AppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self.fields["code"], _("The code that the app shows now"))


class PasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], _("Name"), help_text=_("So that you recognise it in the list."))
        self.fields["passwordless"].initial = True
        _say(
            self.fields["passwordless"], _("Sign in with it alone, without the password"),
            help_text=_("It then asks for your finger, your face or its PIN."),
        )  # fmt: skip


class PasskeyNameForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], _("Name"))
        self.fields["name"].widget.attrs["maxlength"] = "100"
