"""Three logins on one database: the owner migrates and backs up, the app serves, the worker runs jobs.

Row-level security is only as good as the login that meets it. The two limited logins are neither superuser nor owner of
anything, and `ensure_roles` refuses to go on when somebody has given them more.
"""

import hashlib
import hmac
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from psycopg import errors, pq, sql

from keystead.base.roles import RoleNames, role_names
from keystead.config.place import current_place, known_secret_key

ROLES = ("owner", "app", "worker")
EMBEDDED_NAME = "keystead"


class UnsafeRole(RuntimeError):
    """A limited login has rights that would let it past row-level security."""

    code = "unsafe_role"


class CannotManageRoles(RuntimeError):
    """The owner's login may not create or change the limited logins; the message holds the SQL an administrator can run."""

    code = "cannot_manage_roles"


class Connection(Protocol):
    """A psycopg connection or Django's wrapper around one."""

    def cursor(self) -> Any: ...


def database_name(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/")) or EMBEDDED_NAME


def url_for(role: str, owner_url: str) -> str:
    """The address under which a process of this role ("owner", "app", "worker") connects."""
    if role not in ROLES:
        raise ValueError(f"KEYSTEAD_DB_ROLE must be one of {', '.join(ROLES)}, not {role!r}.")
    if role == "owner":
        return owner_url
    return _as(getattr(role_names(database_name(owner_url)), role), owner_url)


def worker_url(owner_url: str) -> str:
    return url_for("worker", owner_url)


def _as(name: str, owner_url: str) -> str:
    parts = urlsplit(owner_url)
    host = parts.netloc.rpartition("@")[2]
    login = f"{quote(name, safe='')}:{role_password(name)}"
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


def role_password(name: str) -> str:
    """Derived from the secret key, so that every process that knows the key can log in and nothing has to be stored."""
    key = known_secret_key(current_place())
    return hmac.new(key.encode(), f"database login {name}".encode(), hashlib.sha256).hexdigest()


def ensure_roles(connection: Connection) -> RoleNames:
    """Creates or mends the two logins and their grants on everything that exists. Idempotent.

    Run it before migrations (their policies name the logins) and after them (new tables want grants).
    Raises `CannotManageRoles` or `UnsafeRole`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = str(cursor.fetchone()[0])
        names = role_names(database)
        for name in names:
            _ensure_login(cursor, name)
        refuse_unsafe(cursor, names)  # before the grants, which may fail on what is wrong and would hide it
        for name in names:
            _grant(cursor, name, database)
    return names


# As on the embedded server: compiling costs more than it saves on queries of our size.
_NO_JIT = sql.SQL("ALTER ROLE {} SET jit = off")


def _ensure_login(cursor: Any, name: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    # Sent as a SCRAM verifier: the password itself stays out of the server's log.
    verifier = _pgconn(cursor).encrypt_password(role_password(name).encode(), name.encode(), b"scram-sha-256")
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(name), sql.Literal(verifier.decode())
    )
    try:
        cursor.execute(statement.as_string(None))
        cursor.execute(_NO_JIT.format(sql.Identifier(name)).as_string(None))
    except Exception as error:
        if not isinstance(error.__cause__ or error, errors.InsufficientPrivilege):
            raise
        raise CannotManageRoles(
            f"The login in DATABASE_URL may not {verb.lower()} the role {name}."
            " Let an administrator run: ALTER ROLE <that login> CREATEROLE;"
        ) from error


def _pgconn(cursor: Any) -> pq.abc.PGconn:
    connection = cursor.connection
    pgconn: pq.abc.PGconn = connection.pgconn
    return pgconn


_APPEND_ONLY = (
    "DO $$ BEGIN IF to_regclass('public.keystead_auditevent') IS NOT NULL THEN"
    " REVOKE UPDATE, DELETE ON keystead_auditevent FROM {role}; END IF; END $$"
)


def _grant(cursor: Any, name: str, database: str) -> None:
    for statement in (
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {role}",
        # The audit log is append-only for everybody who serves or works; before the first migration it is not there yet.
        _APPEND_ONLY,
    ):
        filled = sql.SQL(statement).format(database=sql.Identifier(database), role=sql.Identifier(name))
        cursor.execute(filled.as_string(None))


def refuse_unsafe(cursor: Any, names: RoleNames) -> None:
    """Raises `UnsafeRole` naming each login and the right it must not have."""
    problems = unsafe_rights(cursor, names)
    if problems:
        raise UnsafeRole("Row-level security would not hold: " + "; ".join(problems) + ".")


def unsafe_rights(cursor: Any, names: RoleNames) -> list[str]:
    """Sentences such as "keystead_app is a superuser"; empty when all is well."""
    cursor.execute(
        """
        SELECT rolname, rolsuper, rolbypassrls, rolcreaterole,
               EXISTS (SELECT FROM pg_class c WHERE c.relowner <> r.oid AND c.relrowsecurity
                         AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS is_member,
               EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relrowsecurity) AS is_owner
          FROM pg_roles r WHERE rolname = ANY (%s) ORDER BY rolname
        """,
        [list(names)],
    )
    wordings = ("is a superuser", "may bypass row-level security", "may create roles",
                "is a member of a role that owns protected tables", "owns protected tables")  # fmt: skip
    return [
        f"{name} {words}" for name, *rights in cursor.fetchall() for words, right in zip(wordings, rights, strict=True) if right
    ]
