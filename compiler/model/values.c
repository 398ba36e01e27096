/* values.c - does a value fit its attribute, and what does it say: types, units, ranges, words. */
#include "model/elab.h"

#include "base/suggest.h"
#include <stdlib.h>
#include <string.h>

const char *value_word(const struct value *value)
{
    switch (value->kind) {
    case VALUE_STRING:
    case VALUE_BLOCKTEXT:
        return "a text";
    case VALUE_INTEGER:
        return "a whole number";
    case VALUE_DECIMAL:
        return "a decimal number";
    case VALUE_BOOL:
        return "true or false";
    case VALUE_NULL:
        return "null";
    case VALUE_DATE:
        return "a date";
    case VALUE_VERSION:
        return "a version";
    case VALUE_DURATION:
        return "a duration";
    case VALUE_PERCENT:
        return "a percentage";
    case VALUE_SIZE:
        return "a size";
    case VALUE_PATH:
        return "a name";
    case VALUE_LIST:
        return "a list";
    case VALUE_MAP:
        return "a map";
    case VALUE_CALL:
        return "a call";
    case VALUE_LADDER:
        return "a ladder of values";
    case VALUE_CHOICE:
        return "a choice of values";
    case VALUE_CONDITION:
        return "a condition";
    case VALUE_ERROR:
        break;
    }
    return "something else";
}

const struct value *value_items(const struct value *value)
{
    return value != NULL && value->kind == VALUE_LIST ? value->first : value;
}

struct text value_text(const struct value *value)
{
    struct text text = {0};
    if (value != NULL && value->kind != VALUE_ERROR) {
        text.value = value->text;
        text.at = value->span;
    }
    return text;
}

static int64_t unit_size(enum unit unit)
{
    switch (unit) {
    case UNIT_MINUTE:
        return 60;
    case UNIT_HOUR:
        return 3600;
    case UNIT_DAY:
        return 86400;
    case UNIT_WEEK:
        return 7 * 86400;
    case UNIT_MONTH:
        return 30 * 86400;
    case UNIT_YEAR:
        return 365 * 86400;
    case UNIT_KB:
        return 1000;
    case UNIT_MB:
        return 1000000;
    case UNIT_GB:
        return 1000000000;
    case UNIT_TB:
        return INT64_C(1000000000000);
    case UNIT_KIB:
        return 1024;
    case UNIT_MIB:
        return 1024 * 1024;
    case UNIT_GIB:
        return 1024 * 1024 * 1024;
    case UNIT_TIB:
        return INT64_C(1024) * 1024 * 1024 * 1024;
    case UNIT_NONE:
    case UNIT_SECOND:
        break;
    }
    return 1;
}

struct amount value_amount(const struct value *value)
{
    struct amount amount = {0};
    if (value == NULL || value->kind == VALUE_ERROR) {
        return amount;
    }
    amount.text = value->text;
    amount.number = value->number;
    amount.unit = (int)value->unit;
    amount.at = value->span;
    int64_t size = unit_size(value->unit);
    amount.base = value->number > INT64_MAX / size ? INT64_MAX : value->number * size;
    return amount;
}

int word_in_list(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (int i = 0;; i++) {
        const char *end = list + strcspn(list, "|");
        if ((size_t)(end - list) == n && memcmp(list, word, n) == 0) {
            return i;
        }
        if (*end == '\0') {
            return -1;
        }
        list = end + 1;
    }
}

const char *article(const char *noun)
{
    return strchr("aeiou", *noun) != NULL ? "an" : "a";
}

/* ---- what is expected ------------------------------------------------------------------------ */

/* "a, b or c" from "a|b|c". */
static const char *list_text(struct elab *e, const char *list)
{
    const char *text = "";
    while (*list != '\0') {
        size_t n = strcspn(list, "|");
        bool last = list[n] == '\0';
        const char *joint = *text == '\0' ? "" : last ? " or " : ", ";
        text = arena_format(e->arena, "%s%s%.*s", text, joint, (int)n, list);
        list += n + (last ? 0 : 1);
    }
    return text;
}

/* What a type is called, and an example of it ("" where the name says enough). */
static const struct {
    const char *noun, *example;
} nouns[] = {
    [ATTR_TEXT] = {"a text in quotes", ""},
    [ATTR_WORD] = {"a word or a text in quotes", ""},
    [ATTR_ENUM] = {"", ""},
    [ATTR_BOOL] = {"true or false", ""},
    [ATTR_ON_OFF] = {"on or off", ""},
    [ATTR_INT] = {"a whole number", ""},
    [ATTR_NUMBER] = {"a number", ""},
    [ATTR_DURATION] = {"a duration", ", for example 24h"},
    [ATTR_PERCENT] = {"a percentage", ", for example 99.9%"},
    [ATTR_SIZE] = {"a size", ", for example 10GB"},
    [ATTR_DATE] = {"a date", ", for example 2027-01-31"},
    [ATTR_VERSION] = {"a version", ", for example 1.4.0"},
    [ATTR_ACCOUNT_ID] = {"an account id of 12 digits", ""},
    [ATTR_REF] = {"", ""},
    [ATTR_SCHEDULE] = {"every(..), cron(..) or at(..)", ""},
    [ATTR_COLUMNS] = {"the name of a column", ""},
    [ATTR_MAP] = {"a map", ""},
    [ATTR_VALUE] = {"another value", ""},
};

static const char *expected(struct elab *e, const struct attr_info *attr)
{
    if (attr->type == ATTR_REF) {
        const char *list = list_text(e, attr->detail);
        return arena_format(e->arena, "the name of %s %s", article(list), list);
    }
    return attr->type == ATTR_ENUM ? list_text(e, attr->detail) : nouns[attr->type].noun;
}

static bool wrong_type(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    struct diag *d = diag(e->s, D_WRONG_TYPE, value->span, "%s is expected here%s; this is %s",
                          expected(e, attr), nouns[attr->type].example, value_word(value));
    if (value->kind == VALUE_LIST) {
        diag_help(e->s, d, "'%s' takes one value", attr->word);
    } else if (attr->type == ATTR_TEXT && value->kind == VALUE_PATH) {
        diag_help(e->s, d, "write \"%s\"", value->text);
    } else if (attr->type == ATTR_REF && value->kind == VALUE_STRING) {
        diag_help(e->s, d, "names stand without quotes");
    }
    return false;
}

/* "1..5"; bounds are small figures of kinds.def. */
static bool in_range(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    if (*attr->detail == '\0') {
        return true;
    }
    char *end;
    long low = strtol(attr->detail, &end, 10), high = strtol(end + 2, NULL, 10);
    double figure = strtod(value->text, NULL);
    if (figure >= (double)low && figure <= (double)high) {
        return true;
    }
    diag(e->s, D_OUT_OF_RANGE, value->span, "'%s' is between %.*s and %s", attr->word,
         (int)strcspn(attr->detail, "."), attr->detail, strstr(attr->detail, "..") + 2);
    return false;
}

static bool known_word(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    if (word_in_list(attr->detail, value->text) >= 0) {
        return true;
    }
    struct diag *d = diag(e->s, D_UNKNOWN_WORD, value->span, "'%s' is no value of '%s'",
                          value->text, attr->word);
    struct suggestion suggestion = suggest_for(value->text);
    for (const char *word = attr->detail; *word != '\0';) {
        size_t n = strcspn(word, "|");
        suggest_offer(&suggestion, arena_copy(e->arena, word, n));
        word += n + (word[n] == '|' ? 1 : 0);
    }
    if (suggestion.best != NULL) {
        diag_suggest(e->s, d, suggestion.best);
    } else {
        diag_help(e->s, d, "it is %s", list_text(e, attr->detail));
    }
    return false;
}

static bool positive(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    if (value->number > 0 && value_amount(value).base <= INT64_C(1) << 53) {
        return true;
    }
    diag(e->s, D_OUT_OF_RANGE, value->span, "'%s' is too %s", attr->word,
         value->number <= 0 ? "small" : "large");
    return false;
}

static bool account_id(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    if ((value->kind != VALUE_INTEGER && value->kind != VALUE_STRING)) {
        return wrong_type(e, attr, value);
    }
    if (strlen(value->text) == 12 && strspn(value->text, "0123456789") == 12) {
        return true;
    }
    diag(e->s, D_NOT_AN_ACCOUNT, value->span, "an account id has 12 digits; '%.40s' is none",
         value->text);
    return false;
}

/* 0% to 100%. */
static bool percentage(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    double figure = strtod(value->text, NULL);
    if (figure >= 0 && figure <= 100) {
        return true;
    }
    diag(e->s, D_OUT_OF_RANGE, value->span, "'%s' is between 0%% and 100%%", attr->word);
    return false;
}

static bool fits_one(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    enum value_kind k = value->kind;
    switch (attr->type) {
    case ATTR_TEXT:
        return k == VALUE_STRING || k == VALUE_BLOCKTEXT || wrong_type(e, attr, value);
    case ATTR_WORD:
        return k == VALUE_STRING || k == VALUE_PATH || wrong_type(e, attr, value);
    case ATTR_ENUM:
        return k == VALUE_PATH ? known_word(e, attr, value) : wrong_type(e, attr, value);
    case ATTR_BOOL:
        return k == VALUE_BOOL || wrong_type(e, attr, value);
    case ATTR_ON_OFF:
        return k == VALUE_BOOL || (k == VALUE_PATH && word_in_list("on|off", value->text) >= 0) ||
               wrong_type(e, attr, value);
    case ATTR_INT:
        return k == VALUE_INTEGER ? in_range(e, attr, value) : wrong_type(e, attr, value);
    case ATTR_NUMBER:
        return k == VALUE_INTEGER || k == VALUE_DECIMAL ? in_range(e, attr, value)
                                                        : wrong_type(e, attr, value);
    case ATTR_DURATION:
        return k == VALUE_DURATION ? positive(e, attr, value) : wrong_type(e, attr, value);
    case ATTR_PERCENT:
        return k == VALUE_PERCENT ? percentage(e, attr, value) : wrong_type(e, attr, value);
    case ATTR_SIZE:
        return k == VALUE_SIZE ? positive(e, attr, value) : wrong_type(e, attr, value);
    case ATTR_DATE:
        return k == VALUE_DATE || wrong_type(e, attr, value);
    case ATTR_VERSION:
        return k == VALUE_VERSION || wrong_type(e, attr, value);
    case ATTR_ACCOUNT_ID:
        return account_id(e, attr, value);
    case ATTR_REF:
        return k == VALUE_PATH || wrong_type(e, attr, value);
    case ATTR_SCHEDULE:
        return k == VALUE_CALL || wrong_type(e, attr, value);
    case ATTR_COLUMNS:
        return k == VALUE_PATH || k == VALUE_STRING || k == VALUE_CALL ||
               wrong_type(e, attr, value);
    case ATTR_MAP:
        return k == VALUE_MAP || wrong_type(e, attr, value);
    case ATTR_VALUE:
        return true;
    }
    return true;
}

static bool options_fit(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    if (!value->has_options) {
        return true;
    }
    if (attr->options == KIND_NONE) {
        diag(e->s, D_UNEXPECTED_OPTIONS, value->span, "'%s' takes no options in braces",
             attr->word);
        return false;
    }
    return true;
}

bool value_check(struct elab *e, const struct attr_info *attr, const struct value *value)
{
    if (value->kind == VALUE_ERROR) {
        return false;
    }
    if (value->kind != VALUE_LIST || (attr->flags & ATTR_LIST) == 0) {
        return fits_one(e, attr, value) && options_fit(e, attr, value);
    }
    bool fits = options_fit(e, attr, value) || value->options == NULL;
    for (const struct value *item = value->first; item != NULL; item = item->next) {
        fits = item->kind != VALUE_ERROR && fits_one(e, attr, item) && options_fit(e, attr, item) &&
               fits;
    }
    return fits;
}
