/* who.h - what the files of the verb who share: the question, and the answers. who.c reads the
 * command line, who_names.c finds what is named, the others answer, one form each. */
#ifndef MESH_COMMAND_WHO_H
#define MESH_COMMAND_WHO_H

#include "base/buf.h"
#include "check/access/holdings.h"
#include "check/access/proofs.h"
#include "command/options.h"

enum question_kind { WHO_CAN, WHO_SEES, WHO_WHY, WHO_ALL };

enum about_kind { ABOUT_TABLES, ABOUT_DATABASE, ABOUT_LOCATION, ABOUT_TAG, ABOUT_CATALOG };

struct about { /* the target of a question */
    enum about_kind kind;
    VEC(const struct output *) outputs; /* TABLES: of a product, an output, a domain */
    size_t column;                      /* of the one output; ANY_COLUMN */
    const struct domain *domain;        /* DATABASE */
    const char *location;               /* LOCATION: s3://bucket/prefix/ */
    const struct tag *tag;
};

struct inquiry {
    enum question_kind kind;
    const char *permission_word, *target, *as; /* as they were written */
    unsigned permission;
    struct about about;
    const struct principal *principal; /* of `as`; NULL: a name that only a deployment knows */
};

/* Finds what the inquiry names; false after a message with a suggestion. */
bool who_resolve(struct session *s, const struct mesh *mesh, struct inquiry *inquiry);
/* The parties that `as` stands for in a deployment; false: there it names nobody. */
bool who_parties(struct effective *effective, struct arena *arena, const struct inquiry *inquiry,
                 party_set *out);
/* Suggests for a name that no deployment knows. */
void who_unknown(const struct mesh *mesh, const char *name);

/* ---- facts ----------------------------------------------------------------------------------- */

enum may { MAY_YES, MAY_ROWS, MAY_REACH };

struct fact {
    size_t party;
    const char *kind;    /* "table", "database", "location", "tag", "link", "catalog" */
    const char *thing;   /* "sales.orders", "sales", "s3://..", "pii(none, direct)" */
    const char *columns; /* of select: "id, amount"; NULL: all that there are, or there are none */
    unsigned permission; /* one bit */
    enum may may;
    const char *rows; /* "amount > 5 or region = 'EU'"; NULL: all */
    bool pass_on;
};

struct facts {
    VEC(struct fact) list;
};

const char *may_word(enum may may); /* "yes", "rows", "reach" */
/* All facts of a party. */
void facts_of_party(struct view *view, struct arena *arena, const struct catalog_order *order,
                    struct facts *out);
/* Those of all parties that answer `who can`. */
void facts_of_question(struct effective *effective, struct arena *arena,
                       const struct inquiry *inquiry, struct facts *out);

/* ---- answers --------------------------------------------------------------------------------- */

struct page { /* where an answer goes */
    struct buf *out;
    size_t width; /* columns of the terminal */
    bool colour;
};

/* Of `can`, `sees`, `--all`, for one deployment, with its heading. */
void who_text(struct page *page, struct effective *effective, const struct inquiry *inquiry);
void who_why_text(struct page *page, struct effective *effective, const struct inquiry *inquiry);
void who_csv_head(struct buf *out);
void who_csv(struct buf *out, struct effective *effective, const struct inquiry *inquiry);
/* All that one deployment gives, as a JSON object that stands `depth` levels inside a text. */
void who_all_json(struct buf *out, struct effective *effective, const struct proofs *proofs,
                  size_t depth);
/* The same for the other questions. */
void who_json(struct buf *out, struct effective *effective, const struct inquiry *inquiry,
              size_t depth);

#endif
