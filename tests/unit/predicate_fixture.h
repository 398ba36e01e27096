/* predicate_fixture.h - a table with a column of every type, and a row filter over it as it would
 * stand in a file: for the unit test and the fuzz target. */
#ifndef MESH_TESTS_PREDICATE_FIXTURE_H
#define MESH_TESTS_PREDICATE_FIXTURE_H

#include "model/elab.h"
#include "model/predicate.h"
#include "syntax/parse.h"

#include <stdlib.h>
#include <string.h>

struct filtered {
    struct session s;
    struct elab e;
    const struct output *output;
    const struct source *source; /* of the filter */
};

#define FILTERED_COLUMNS                                                                           \
    "  id: bigint\n  region: string\n  city: varchar(40)\n  code: char(2)\n  amount: double\n"     \
    "  price: decimal(10, 2)\n  weight: float\n  items: int\n  rank: smallint\n  tier: tinyint\n"  \
    "  active: boolean\n  day: date\n  sold: timestamp\n  photo: binary\n  tags: array<string>\n"  \
    "  labels: map<string, string>\n  order: string\n  date: string\n  Mixed: string\n"            \
    "  customer: struct<name: string, age: int, home: struct<city: string, \"Zip-Code\": int>,\n"  \
    "    since: date>\n"                                                                           \
    "  odd: string @physical(\"odd \\\"name\\\"\")\n"                                              \
    "  renamed: string @physical(\"old_name\")\n  year: int\n  country: string\n"

static inline struct source *filtered_add(struct filtered *f, const char *path, const char *text)
{
    return source_add(&f->s, path, path, text, strlen(text));
}

static inline void filtered_begin(struct filtered *f, const char *columns)
{
    static const char mesh[] = "mesh shop { }\nrole Analyst\nschema Order {\n%s}\n"
                               "domain sales { storage { } }\n"
                               "product sales.orders of Order { partition: [year, country] }\n";
    *f = (struct filtered){0};
    session_init(&f->s);
    struct source *source = filtered_add(f, "mesh.mesh", arena_format(&f->s.arena, mesh, columns));
    struct tree *tree = parse_file(&f->s, source);
    struct mesh *made = model_build(&f->s, &tree, 1);
    f->e = (struct elab){.s = &f->s, .arena = &f->s.arena, .mesh = made};
    f->output = made->outputs.at[0];
}

static inline void filtered_end(struct filtered *f)
{
    map_free(&f->e.physicals);
    session_free(&f->s);
}

#endif
