/* access_json.c - see access_json.h. */
#include "command/access_json.h"

void json_set_optional(json *object, const char *key, const char *text)
{
    if (text)
        json_set_text(object, key, text);
    else
        json_set_null(object, key);
}

void json_set_party(json *object, const char *name_key, const struct party *party)
{
    json_set_text(object, name_key, party->name);
    json_set_text(object, "kind", party_kind_word(party->kind));
    json_set_optional(object, "account",
                      party->kind == PARTY_ORGANIZATION ? NULL : account_id(party->account));
}

void json_set_parties(json *object, const char *key, const struct parties *parties,
                      const uint64_t *set)
{
    json *names = json_set_array(object, key);
    for (size_t i = 0; i < parties->list.len; i++)
        if (party_set_has(set, i))
            json_add_text(names, parties->list.at[i].name);
}

json *json_add_reason(struct session *s, json *ways, const struct reason *reason)
{
    json *way = json_add_object(ways);
    json_set_bool(way, "held", reason->held);
    json *lines = json_set_array(way, "lines");
    for (size_t i = 0; i < reason->lines.len; i++) {
        const struct reason_line *line = &reason->lines.at[i];
        json *object = json_add_object(lines);
        json_set_optional(object, "source", line->at.lo ? source_where(s, line->at) : NULL);
        json_set_text(object, "text", line->text);
    }
    return way;
}
