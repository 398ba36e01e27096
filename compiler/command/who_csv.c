/* who_csv.c - the answers of `who` as comma-separated values (RFC 4180). */
#include "command/who.h"

#include <string.h>

/* A field that begins like a formula gets a quote before it: tables are opened in spreadsheets, and
 * nothing of a mesh may become code there. */
static void put_field(struct buf *out, const char *text, bool last)
{
    text = text ? text : "";
    bool formula = *text && strchr("=+-@\t\r", *text);
    bool quoted = formula || strpbrk(text, ",\"\r\n") != NULL;
    if (quoted)
        buf_putc(out, '"');
    if (formula)
        buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_putc(out, '"');
        buf_putc(out, *text);
    }
    if (quoted)
        buf_putc(out, '"');
    buf_puts(out, last ? "\r\n" : ",");
}

void who_csv_head(struct buf *out)
{
    static const char *const names[] = {"environment", "principal", "kind",       "account",
                                        "on",          "thing",     "permission", "answer",
                                        "columns",     "rows",      "pass_on"};
    size_t count = sizeof names / sizeof *names;
    for (size_t i = 0; i < count; i++)
        put_field(out, names[i], i + 1 == count);
}

static void put_facts(struct buf *out, const struct effective *e, const struct facts *facts)
{
    for (size_t i = 0; i < facts->list.len; i++) {
        const struct fact *fact = &facts->list.at[i];
        const struct party *party = &e->parties.list.at[fact->party];
        put_field(out, e->deployment->name, false);
        put_field(out, party->name, false);
        put_field(out, party_kind_word(party->kind), false);
        put_field(out, party->kind == PARTY_ORGANIZATION ? NULL : account_id(party->account),
                  false);
        put_field(out, fact->kind, false);
        put_field(out, fact->thing, false);
        put_field(out, permission_word(fact->permission), false);
        put_field(out, may_word(fact->may), false);
        put_field(out, fact->columns, false);
        put_field(out, fact->rows, false);
        put_field(out, fact->pass_on ? "yes" : "no", true);
    }
}

void who_csv(struct buf *out, struct effective *effective, const struct inquiry *inquiry)
{
    struct arena arena = {0}, kept = {0};
    struct catalog_order order;
    struct facts facts = {0};
    party_set asked = NULL;
    if (inquiry->kind == WHO_CAN) {
        facts_of_question(effective, &arena, inquiry, &facts);
        put_facts(out, effective, &facts);
    }
    catalog_order_make(effective, &kept, &order);
    if (inquiry->kind == WHO_SEES)
        who_parties(effective, &kept, inquiry, &asked);
    for (size_t i = 0; inquiry->kind != WHO_CAN && i < effective->parties.list.len; i++) {
        struct view view;
        if (asked && !party_set_has(asked, i))
            continue;
        struct facts own = {0};
        view_open(effective, i, &view);
        facts_of_party(&view, &arena, &order, &own);
        put_facts(out, effective, &own);
        view_close(&view);
        arena_reset(&arena);
    }
    arena_free(&arena);
    arena_free(&kept);
}
