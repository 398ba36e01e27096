/* signatures.h - the values of tags on databases, tables and columns, hash-consed (access.md 8).
 *
 * A signature is the vector of values of those keys that some expression of the mesh names. A mesh
 * has few, however many columns it has, so each expression is judged once a signature. Values do
 * not depend on the environment. */
#ifndef MESH_CHECK_ACCESS_SIGNATURES_H
#define MESH_CHECK_ACCESS_SIGNATURES_H

#include "model/model.h"

struct signature_set {
    VEC(uint32_t) list; /* each once */
};

struct signatures {
    struct arena arena; /* everything below lives in it */
    struct session *s;
    VEC(const struct tag *) keys;
    VEC(const atom *) vectors;   /* by signature: a value for each key, NULL where there is none */
    const uint32_t *of_database; /* by domain->decl.index */
    const uint32_t *of_table;    /* by output->decl.index */
    const uint32_t *const *of_column; /* by output->decl.index, then column->decl.index; NULL: its
                                         columns are not known */
    const struct signature_set *in_domain; /* by domain->decl.index: of its tables and columns */
    const struct mesh *mesh;
    size_t domain_count, table_count;
    struct map matches, domains; /* by text of an expression */
    struct atoms atoms;          /* of vectors */
    struct map keys_of;          /* tag -> its place in keys, from 1 */
    size_t work;                 /* see session_affords */
};

void signatures_make(struct session *s, const struct mesh *mesh, struct signatures *out);
void signatures_free(struct signatures *signatures);

/* Which signatures satisfy an expression of this mesh; worked out once for each. */
const bool *signatures_matching(struct signatures *signatures,
                                const struct tag_expression *expression);

/* In which domains it matches a table or a column, by domain->decl.index; worked out once. */
const bool *signatures_domains(struct signatures *signatures,
                               const struct tag_expression *expression);

/* What an expression reaches of a table. Partition keys have the table's values. */
enum reach { REACH_NONE, REACH_TABLE_ALONE, REACH_COLUMNS, REACH_WHOLE };
enum reach signatures_reach(const struct signatures *signatures, const bool *matching,
                            const struct output *output);

/* What permissions that are granted by an expression come to on a table that it reaches so, what
 * they imply not counted: where it matches in part, SELECT is of the columns that match and every
 * other permission shrinks to DESCRIBE (access.md 1.3). That may be passed on. */
unsigned reach_shrinks(unsigned permissions, enum reach reach);
/* And with the DESCRIBE that any right on the table implies: that is held. */
unsigned reach_gives(unsigned permissions, enum reach reach);

#endif
