"""All settings, read from environment variables. docs/reference/settings.md lists them; a test keeps the two equal."""

from pathlib import Path

import environ
import pghistory
import pgtrigger
from django.utils.translation import gettext_lazy as _

from keystead.config.company import form_targets, providers
from keystead.config.database import url_for

env = environ.Env()
SOURCE = Path(__file__).resolve().parent.parent
DATA = Path(env.str("KEYSTEAD_DATA", default="var")).resolve()

DEBUG = env.bool("KEYSTEAD_DEBUG", default=False)
SECRET_KEY = env.str("KEYSTEAD_SECRET_KEY", default="") or (
    (DATA / "secret_key").read_text().strip() if (DATA / "secret_key").exists() else "unset"
)
ALLOWED_HOSTS = env.list("KEYSTEAD_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.str("KEYSTEAD_BASE_URL", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.list("KEYSTEAD_TRUSTED_ORIGINS", default=[])
HTTPS = BASE_URL.startswith("https://")

# DATABASE_URL is always the owner's. The role decides which login this process uses: only migrations and back-ups are "owner".
DATABASE_ROLE = env.str("KEYSTEAD_DB_ROLE", default="app")
DATABASE_URL = env.str("DATABASE_URL", default="postgresql:///keystead")
DATABASES = {"default": env.db_url_config(url_for(DATABASE_ROLE, DATABASE_URL))}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": env.int("KEYSTEAD_CONN_MAX_AGE", default=600),
    "CONN_HEALTH_CHECKS": True,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "django_cotton",
    "django_htmx",
    "keystead.config",
    "keystead.data",
    "keystead.web",
]

MIDDLEWARE = [
    "keystead.web.workspace.origin.OriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "keystead.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "keystead.web.middleware.ScopeMiddleware",
    "keystead.web.workspace.seen.SeenMiddleware",
]

ROOT_URLCONF = "keystead.config.urls"
WSGI_APPLICATION = "keystead.config.wsgi.application"
FORM_RENDERER = "keystead.web.form_drawing.Drawing"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "keystead.web.templatetags.keystead", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "keystead.web.shell.shell",
            ],
        },
    }
]
if DEBUG:
    TEMPLATES[0]["OPTIONS"]["loaders"] = TEMPLATES[0]["OPTIONS"]["loaders"][0][1]  # type: ignore[index]
TEMPLATES[0].pop("APP_DIRS")

AUTH_USER_MODEL = "keystead.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "keystead.web.workspace.sign_in_directory.DirectoryBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "keystead.domain.workspace.passwords.NotGuessable"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reaches only the address it was sent to: that is the verification
ACCOUNT_ADAPTER = "keystead.web.workspace.sign_in.ClosedAdapter"
ACCOUNT_FORMS = {
    "login": "keystead.web.workspace.sign_in_forms.LoginForm",
    "reset_password": "keystead.web.workspace.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "keystead.web.workspace.sign_in_forms.ResetPasswordKeyForm",
    "set_password": "keystead.web.workspace.sign_in_forms.SetPasswordForm",
    "change_password": "keystead.web.workspace.sign_in_forms.ChangePasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# Counted in the database, for all web processes together. "ip" is the client's, "key" the address that is tried.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "keystead_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}  # fmt: skip
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key", "reset_password": "20/m/ip,3/5m/key",
    "reset_password_from_key": "20/m/ip", "reauthenticate": "10/m/user", "change_password": "10/m/user",
}  # fmt: skip
TRUSTED_PROXIES = env.int("KEYSTEAD_TRUSTED_PROXIES", default=0)

# The second step, and passkeys instead of a password.
MFA_ADAPTER = "keystead.web.workspace.sign_in_steps.StepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Keystead"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow that on localhost only
MFA_FORMS = {
    "authenticate": "keystead.web.workspace.sign_in_forms.CodeForm",
    "reauthenticate": "keystead.web.workspace.sign_in_forms.CodeAgainForm",
    "activate_totp": "keystead.web.workspace.sign_in_forms.AppForm",
    "add_webauthn": "keystead.web.workspace.sign_in_forms.PasskeyForm",
    "edit_webauthn": "keystead.web.workspace.sign_in_forms.PasskeyNameForm",
}

# The company's own directory: OpenID Connect, SAML, LDAP; each is there once it is configured.
SOCIALACCOUNT_ADAPTER = "keystead.web.workspace.sign_in_company.CompanyAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
OIDC = {
    "name": env.str("KEYSTEAD_OIDC_NAME", default="OpenID Connect"),
    "url": env.str("KEYSTEAD_OIDC_URL", default=""),
    "client_id": env.str("KEYSTEAD_OIDC_CLIENT_ID", default=""),
    "client_secret": env.str("KEYSTEAD_OIDC_CLIENT_SECRET", default=""),
    "trusts_email": env.bool("KEYSTEAD_OIDC_TRUST_EMAIL", default=False),
}
SAML = {
    "name": env.str("KEYSTEAD_SAML_NAME", default="SAML"),
    "entity_id": env.str("KEYSTEAD_SAML_ENTITY_ID", default=""),
    "sso_url": env.str("KEYSTEAD_SAML_SSO_URL", default=""),
    "certificate": env.str("KEYSTEAD_SAML_CERTIFICATE", default=""),
    "metadata_url": env.str("KEYSTEAD_SAML_METADATA_URL", default=""),
    "email_attribute": env.str("KEYSTEAD_SAML_EMAIL_ATTRIBUTE", default=""),
    "trusts_email": env.bool("KEYSTEAD_SAML_TRUST_EMAIL", default=False),
    "email_domains": env.list("KEYSTEAD_SAML_EMAIL_DOMAINS", default=[]),
}
LDAP = {
    "url": env.str("KEYSTEAD_LDAP_URL", default=""),
    "start_tls": env.bool("KEYSTEAD_LDAP_START_TLS", default=False),
    "ca_file": env.str("KEYSTEAD_LDAP_CA_FILE", default=""),
    "base": env.str("KEYSTEAD_LDAP_BASE", default=""),
    "bind_dn": env.str("KEYSTEAD_LDAP_BIND_DN", default=""),
    "bind_password": env.str("KEYSTEAD_LDAP_BIND_PASSWORD", default=""),
    "email_attribute": env.str("KEYSTEAD_LDAP_EMAIL_ATTRIBUTE", default="mail"),
    "name_attribute": env.str("KEYSTEAD_LDAP_NAME_ATTRIBUTE", default="cn"),
    "group": env.str("KEYSTEAD_LDAP_GROUP", default=""),
    "key_attribute": env.str("KEYSTEAD_LDAP_KEY_ATTRIBUTE", default="entryUUID"),
}
SOCIALACCOUNT_PROVIDERS = providers(OIDC, SAML)
SIGN_IN_ORIGINS = env.list("KEYSTEAD_SIGN_IN_ORIGINS", default=[])

_mail = env.email_url("EMAIL_URL", default="consolemail://")
_smtp = {
    "host": _mail["EMAIL_HOST"], "port": _mail["EMAIL_PORT"], "username": _mail["EMAIL_HOST_USER"],
    "password": _mail["EMAIL_HOST_PASSWORD"], "use_tls": _mail.get("EMAIL_USE_TLS", False),
    "use_ssl": _mail.get("EMAIL_USE_SSL", False), "timeout": 20,
}  # fmt: skip
MAILERS = {"default": {"BACKEND": _mail["EMAIL_BACKEND"], "OPTIONS": _smtp if "smtp" in _mail["EMAIL_BACKEND"] else {}}}
DEFAULT_FROM_EMAIL = env.str("KEYSTEAD_FROM_EMAIL", default="Keystead <keystead@localhost>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("pt-br", _("Português (Brasil)")), ("es", _("Español"))]
LOCALE_PATHS = [SOURCE / "locale"]
LANGUAGE_COOKIE_NAME = "keystead_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["keystead.config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [SOURCE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_BYTES = env.int("KEYSTEAD_UPLOAD_MAX_MB", default=200) * 1024 * 1024

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "keystead_session"
CSRF_COOKIE_NAME = "keystead_csrf"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # what else lives below this name is not for us to decide
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "style-src": ["'self'"],
    "script-src": ["'self'"],
    "connect-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'self'"],
    "form-action": ["'self'", *form_targets(OIDC, SAML, SIGN_IN_ORIGINS)],  # browsers hold a form's redirects against it too
    "frame-ancestors": ["'none'"],
}

# History is written by statement-level triggers, so that an import of 100,000 rows writes its history in one statement too.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField(db_index=True)  # what one request wrote is found by it: undo
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

PROCRASTINATE_IMPORT_PATHS = ["keystead.jobs"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"secrets": {"()": "keystead.config.redaction.NoSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["secrets"]}},
    "loggers": {"procrastinate": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("KEYSTEAD_LOG_LEVEL", default="INFO")},
}
