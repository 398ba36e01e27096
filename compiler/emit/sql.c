/* sql.c - the external schemas of a warehouse, in the SQL of Redshift.
 *
 * They name no account and no role: `IAM_ROLE default` is the role that the namespace has as its
 * default, so the same text serves every deployment. Quoting is Redshift's: a quote inside an
 * identifier is doubled, and in a literal the backslash is an escape and doubled too (Redshift
 * Database Developer Guide, "Names and identifiers", QUOTE_IDENT, QUOTE_LITERAL). */
#include "emit/sql.h"

#include "model/names.h"

#include <string.h>

/* A line ends nowhere but behind a statement. */
static void put_character(struct buf *out, char c)
{
    if (c == '\n') {
        buf_puts(out, "\\n");
    } else if (c == '\r') {
        buf_puts(out, "\\r");
    } else {
        buf_putc(out, c);
    }
}

void sql_literal(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') {
            buf_putc(out, *text);
        }
        put_character(out, *text);
    }
    buf_putc(out, '\'');
}

/* An identifier knows no escapes: the parser lets no control character into a name, and what got
 * here all the same becomes a blank. */
void sql_identifier(struct buf *out, const char *name)
{
    buf_putc(out, '"');
    for (; *name; name++) {
        if (*name == '"') {
            buf_putc(out, '"');
        }
        buf_putc(out, (unsigned char)*name < ' ' ? ' ' : *name);
    }
    buf_putc(out, '"');
}

void emit_sql(struct arena *arena, struct buf *out, const struct deployment *deployment,
              const struct warehouse *warehouse)
{
    buf_format(out,
               "-- External schemas of warehouse %s, for its database " WAREHOUSE_DATABASE ".\n",
               warehouse->decl.path);
    for (size_t i = 0; i < warehouse->domains.len; i++) {
        const struct domain *domain = warehouse->domains.at[i];
        const char *database = name_shown_database(arena, deployment, warehouse, domain);
        if (!database) {
            continue; /* reported by check/warehouses.c */
        }
        buf_puts(out, "CREATE EXTERNAL SCHEMA IF NOT EXISTS ");
        sql_identifier(out, domain->decl.name);
        buf_puts(out, " FROM DATA CATALOG DATABASE ");
        sql_literal(out, database);
        buf_puts(out, " IAM_ROLE default;\n");
    }
}
