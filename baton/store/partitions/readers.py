"""What hangs on the tables by their names: Baton's views, views of others, and who may do what."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text

from baton.store.views import INNER_VIEWS, VIEWS

_OWN = {*VIEWS.tables, *INNER_VIEWS.tables}
_VIEWS = text("""
    SELECT c.relname, pg_get_viewdef(c.oid) AS means FROM pg_class c
    WHERE c.relkind = 'v' AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:names)
    ORDER BY c.oid
""")
_DEPENDENT = text("""
    WITH RECURSIVE reading AS (
      SELECT 'workflow_events'::regclass::oid AS oid UNION SELECT 'workflow_handoffs'::regclass::oid
      UNION SELECT r.ev_class FROM reading t
        JOIN pg_depend d ON d.refobjid = t.oid AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_rewrite r ON r.oid = d.objid
    )
    SELECT c.oid::regclass::text AS shown, c.relname FROM reading JOIN pg_class c USING (oid)
    WHERE c.relkind IN ('v', 'm') ORDER BY 1
""")
_GRANTS = text("""
    SELECT c.relname, a.privilege_type, a.is_grantable,
      CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
    FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:names) AND a.grantee <> c.relowner
""")
_OWNERS = text("""
    SELECT relname, quote_ident(pg_get_userbyid(relowner)) AS owner FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:names)
""")


def foreign_views(connection: Connection) -> list[str]:
    """Views that read the tables and are not Baton's."""
    return [shown for shown, name in connection.execute(_DEPENDENT) if name not in _OWN]


@contextmanager
def keep_readers(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Take Baton's views down, and put them up again over what then has the names of ``tables``.

    Owners and grants of tables and views are as before.
    """
    views = connection.execute(_VIEWS, {"names": sorted(_OWN)}).all()
    names = {"names": [*tables, *(view.relname for view in views)]}
    grants, owners = connection.execute(_GRANTS, names).all(), connection.execute(_OWNERS, names).all()
    connection.execute(text(f"DROP VIEW {', '.join(view.relname for view in views)}"))
    yield
    for view in views:
        connection.exec_driver_sql(f"CREATE VIEW {view.relname} AS {view.means}".replace("%", "%%"), ())
    for found in owners:
        connection.execute(text(f"ALTER TABLE {found.relname} OWNER TO {found.owner}"))
    for grant in grants:
        further = " WITH GRANT OPTION" if grant.is_grantable else ""
        connection.execute(text(f"GRANT {grant.privilege_type} ON {grant.relname} TO {grant.grantee}{further}"))
