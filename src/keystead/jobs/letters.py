"""Letters that the web only asks for: how long they take, and whether there is anybody to write to, does not show there."""

from urllib.parse import quote

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from keystead.data.workspace.models import User
from keystead.documents import letters

RETRY = RetryStrategy(max_attempts=4, exponential_wait=5)


class NotTaken(RuntimeError):
    """The mail server did not take the letter; it is tried again."""


@app.task(name="keystead.jobs.letters.password_reset", retry=RETRY)
def password_reset(*, email: str, language: str) -> None:
    """The link with which somebody chooses a new password; nothing for an address without a login that has one."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None or not user.has_usable_password():
        return
    context = {"user": user, "password_reset_url": reset_link(user)}
    if not letters.send(to=user.email, letter="password_reset", language=user.language or language, context=context):
        raise NotTaken


def reset_link(user: User) -> str:
    """Written out: the worker need not load every page to know this one address. A test compares it with the pages'."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return f"{settings.BASE_URL.rstrip('/')}/auth/password/reset/key/{quote(key)}/"
