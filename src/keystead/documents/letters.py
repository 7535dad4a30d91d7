"""Letters to people: text and HTML, in the receiver's language."""

import logging
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

log = logging.getLogger(__name__)


def send(*, to: str, letter: str, language: str, context: dict[str, Any]) -> bool:
    """Sends templates/mail/<letter>.{subject.txt,txt,html}; whether the mail server took it. A refusal is logged, not raised:
    what the letter tells of has happened already, and whoever waits for it can be written to again."""
    with translation.override(language):
        subject = " ".join(render_to_string(f"mail/{letter}.subject.txt", context).split())
        message = EmailMultiAlternatives(subject, render_to_string(f"mail/{letter}.txt", context).strip() + "\n", to=[to])
        message.attach_alternative(render_to_string(f"mail/{letter}.html", context | {"language": language}), "text/html")
    try:
        message.send(using="default")
    except OSError:  # every failure of smtplib and of the network is one
        log.exception("The letter %s could not be sent", letter)
        return False
    return True
