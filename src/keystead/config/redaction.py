"""What looks like a secret does not reach the log, whoever wrote the line."""

import logging
import re

_HIDDEN = "•••"
_PATTERNS = [
    re.compile(r"(?<![\w-])(?:ks_)?[0-9a-f]{32}_[\w-]{20,}"),  # our tokens and the keys of invitations
    re.compile(r"(?<=/password/reset/key/)[\w:-]+"),
    re.compile(r"(?i)(?<=bearer )[\w.~+/=-]{8,}"),
    re.compile(r"(?i)((?:keystead_session|keystead_csrf|csrftoken|sessionid|csrfmiddlewaretoken)=)[\w-]+"),
    re.compile(r"(?i)([\"']?(?:password\d?|oldpassword|secret|client_secret)[\"']?\s*[=:]\s*)([\"'][^\"']*[\"']|[^\s,&;}\"']+)"),
    re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+(?=@)"),  # the password in an address of a database or a mail server
]


def without_secrets(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: (found.group(1) if found.re.groups else "") + _HIDDEN, text)
    return text


class NoSecrets(logging.Filter):
    """Rewrites the finished line, its traceback included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = without_secrets(logging.Formatter().formatException(record.exc_info))
        return True
