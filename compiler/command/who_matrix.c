/* who_matrix.c - see who_matrix.h. */
#include "command/who_matrix.h"

#include "command/who_grid.h"

#include <string.h>

/* More tables than the first are told together where they are alike, more than the second by
 * domain alone. Names of columns in a head are cut. */
enum { TABLES_APART = 40, TABLES_EACH = 400, HEAD_WIDTH = 24 };

/* What stands in one place of a matrix, one letter each. */
enum {
    CELL_NONE = '-',
    CELL_YES = 'y',
    CELL_PASSED = 'g', /* yes, and may be passed on */
    CELL_ROWS = 'r',
    CELL_REACH = 'R',
    CELL_BOTH = 'b' /* rows, and the rest is reached */
};

static const unsigned others[] = {PERMIT_INSERT, PERMIT_DELETE, PERMIT_ALTER, PERMIT_DROP,
                                  PERMIT_DESCRIBE};
enum { OTHERS = sizeof others / sizeof *others };

static const char *cell_text(char cell)
{
    switch (cell) {
    case CELL_YES:
        return "yes";
    case CELL_PASSED:
        return "yes +";
    case CELL_ROWS:
        return "rows";
    case CELL_REACH:
        return "reach";
    case CELL_BOTH:
        return "rows, reach";
    default:
        return "-";
    }
}

struct row { /* of all parties that have the same */
    atom cells;
    party_set who;
};

struct matrix {
    struct effective *effective;
    struct arena arena; /* of the whole */
    struct view *views; /* by party */
    struct arena table; /* of one table */
    struct atoms texts;
    VEC(struct row) rows;
};

/* ---- rows ------------------------------------------------------------------------------------ */

static char select_cell(const struct table_access *access, size_t column)
{
    const struct column_access *c = &access->columns[column];
    bool rows = false, more = column_reaches_more(access, c);
    for (size_t i = 0; i < access->words; i++)
        rows = rows || c->rows[i];
    if (c->all)
        return access->grantable & PERMIT_SELECT ? CELL_PASSED : CELL_YES;
    return rows ? more ? CELL_BOTH : CELL_ROWS : more ? CELL_REACH : CELL_NONE;
}

static char other_cell(const struct table_access *access, unsigned bit)
{
    if (access->held & bit)
        return access->grantable & bit ? CELL_PASSED : CELL_YES;
    return access->reached & bit ? CELL_REACH : CELL_NONE;
}

static void add_row(struct matrix *m, size_t party, const char *cells, size_t count)
{
    atom key = atom_put(&m->texts, cells, count);
    size_t i = 0;
    while (i < m->rows.len && m->rows.at[i].cells != key)
        i++;
    if (i == m->rows.len)
        vec_push(&m->table, &m->rows,
                 ((struct row){key, party_set_new(&m->effective->parties, &m->table)}));
    party_set_add(m->rows.at[i].who, party);
}

static void make_rows(struct matrix *m, const struct output *output)
{
    size_t columns = table_column_count(output);
    char *cells = arena_alloc(&m->table, columns + OTHERS + 1);
    m->rows.at = NULL;
    m->rows.len = m->rows.cap = 0;
    for (size_t i = 0; i < m->effective->parties.list.len; i++) {
        struct table_access access;
        if (!view_table(&m->views[i], &m->table, output, &access))
            continue;
        for (size_t c = 0; c < columns; c++)
            cells[c] = select_cell(&access, c);
        for (size_t c = 0; c < OTHERS; c++)
            cells[columns + c] = other_cell(&access, others[c]);
        add_row(m, i, cells, columns + OTHERS);
    }
}

/* ---- columns --------------------------------------------------------------------------------- */

static bool same_column(const struct matrix *m, size_t a, size_t b)
{
    for (size_t i = 0; i < m->rows.len; i++)
        if (m->rows.at[i].cells[a] != m->rows.at[i].cells[b])
            return false;
    return true;
}

static const char *head_of(struct matrix *m, const struct output *output, const size_t *columns,
                           size_t count)
{
    struct buf text = {0};
    size_t shown = 0;
    for (; shown < count; shown++) {
        const char *name = table_column_name(output, columns[shown]);
        if (shown && text.len + strlen(name) + 2 > HEAD_WIDTH)
            break;
        buf_format(&text, "%s%s", shown ? ", " : "", name);
    }
    if (shown < count)
        buf_format(&text, " +%zu", count - shown);
    const char *copy = arena_copy(&m->table, text.at, text.len);
    buf_free(&text);
    return copy;
}

struct heads { /* the columns of the matrix: which cell of a row, and what stands above */
    VEC(size_t) cells;
    VEC(const char *) texts;
};

static void select_heads(struct matrix *m, const struct output *output, struct heads *out)
{
    size_t columns = table_column_count(output);
    bool *done = arena_array(&m->table, bool, columns + 1);
    size_t *alike = arena_array(&m->table, size_t, columns + 1);
    for (size_t c = 0; c < columns; c++) {
        size_t count = 0;
        for (size_t k = c; !done[c] && k < columns; k++)
            if (!done[k] && same_column(m, c, k))
                alike[count++] = k;
        for (size_t k = 0; k < count; k++)
            done[alike[k]] = true;
        if (count) {
            vec_push(&m->table, &out->cells, c);
            vec_push(&m->table, &out->texts, head_of(m, output, alike, count));
        }
    }
}

/* DESCRIBE is told where somebody has nothing else. */
static bool told(const struct matrix *m, size_t columns, size_t other)
{
    for (size_t i = 0; i < m->rows.len; i++) {
        const char *cells = m->rows.at[i].cells;
        bool alone = true;
        for (size_t c = 0; c < columns + OTHERS - 1; c++)
            alone = alone && cells[c] == CELL_NONE;
        if (cells[columns + other] != CELL_NONE && (others[other] != PERMIT_DESCRIBE || alone))
            return true;
    }
    return false;
}

static void other_heads(struct matrix *m, const struct output *output, struct heads *out)
{
    size_t columns = table_column_count(output);
    for (size_t i = 0; i < OTHERS; i++)
        if (told(m, columns, i)) {
            vec_push(&m->table, &out->cells, columns + i);
            vec_push(&m->table, &out->texts,
                     arena_format(&m->table, "[%s]", permission_word(others[i])));
        }
}

static void put_matrix(struct page *page, struct matrix *m, const struct output *output)
{
    struct heads heads = {0};
    struct grid grid;
    select_heads(m, output, &heads);
    other_heads(m, output, &heads);
    grid_begin(&grid, heads.cells.len + 1);
    grid_add(&grid, "");
    for (size_t i = 0; i < heads.texts.len; i++)
        grid_add(&grid, heads.texts.at[i]);
    for (size_t r = 0; r < m->rows.len; r++) {
        grid_add(&grid, who_names(&m->effective->parties, &m->table, m->rows.at[r].who));
        for (size_t i = 0; i < heads.cells.len; i++)
            grid_add(&grid, cell_text(m->rows.at[r].cells[heads.cells.at[i]]));
    }
    grid_put_bands(page, &grid);
    grid_free(&grid);
}

/* ---- tables ---------------------------------------------------------------------------------- */

struct block { /* a table's matrix, and how many others of its domain have the same */
    const struct output *output;
    atom text;
    size_t more;
};

static void put_tables(struct page *page, struct matrix *m)
{
    struct catalog_order order;
    VEC(struct block) blocks = {0};
    struct map known = {0};
    catalog_order_make(m->effective, &m->arena, &order);
    for (size_t i = 0; i < order.output_count; i++) {
        const struct output *output = order.outputs[i];
        struct buf text = {0};
        struct page inner = {&text, page->width, page->colour};
        make_rows(m, output);
        if (m->rows.len) {
            put_matrix(&inner, m, output);
            atom key = atom_put(&m->texts, text.at, text.len);
            bool apart = order.output_count <= TABLES_APART;
            size_t place = apart ? 0 : (size_t)(uintptr_t)map_get(&known, key, output->domain);
            if (place) {
                blocks.at[place - 1].more++;
            } else {
                vec_push(&m->arena, &blocks, ((struct block){output, key, 0}));
                map_put(&known, key, output->domain, (void *)(uintptr_t)blocks.len);
            }
        }
        buf_free(&text);
        arena_reset(&m->table);
    }
    for (size_t i = 0; i < blocks.len; i++) {
        render_harmless(page->out, blocks.at[i].output->decl.path);
        if (blocks.at[i].more)
            buf_format(page->out, " and %zu more alike", blocks.at[i].more);
        buf_format(page->out, "\n%s\n", blocks.at[i].text);
    }
    map_free(&known);
}

/* ---- domains --------------------------------------------------------------------------------- */

struct tally { /* tables of a domain of which a party may select something */
    size_t held, reached, all;
};

static void count_tables(struct matrix *m, size_t party, struct tally *tallies)
{
    const struct mesh *mesh = m->effective->mesh;
    memset(tallies, 0, mesh->domains.len * sizeof *tallies);
    for (size_t i = 0; i < mesh->outputs.len; i++) {
        const struct output *output = mesh->outputs.at[i];
        struct tally *tally = &tallies[output->domain->decl.index];
        struct table_access access;
        if (!effective_has(m->effective, output))
            continue;
        tally->all++;
        if (view_table(&m->views[party], &m->table, output, &access)) {
            tally->held += (access.held & PERMIT_SELECT) != 0;
            tally->reached += !(access.held & PERMIT_SELECT) && (access.reached & PERMIT_SELECT);
        }
        arena_reset(&m->table);
    }
}

static const char *tally_text(struct matrix *m, const struct tally *tally)
{
    if (!tally->held && !tally->reached)
        return "-";
    if (!tally->reached)
        return arena_format(&m->arena, "%zu of %zu", tally->held, tally->all);
    return arena_format(&m->arena, "%zu of %zu, reach %zu", tally->held, tally->all,
                        tally->reached);
}

static void put_domains(struct page *page, struct matrix *m)
{
    const struct mesh *mesh = m->effective->mesh;
    struct tally *tallies = arena_array(&m->arena, struct tally, mesh->domains.len + 1);
    struct grid grid;
    grid_begin(&grid, mesh->domains.len + 1);
    grid_add(&grid, "TABLES TO SELECT FROM");
    for (size_t i = 0; i < mesh->domains.len; i++)
        grid_add(&grid, mesh->domains.at[i]->decl.path);
    for (size_t i = 0; i < m->effective->parties.list.len; i++) {
        bool any = false;
        count_tables(m, i, tallies);
        for (size_t k = 0; k < mesh->domains.len; k++)
            any = any || tallies[k].held || tallies[k].reached;
        if (!any)
            continue;
        grid_add(&grid, m->effective->parties.list.at[i].name);
        for (size_t k = 0; k < mesh->domains.len; k++)
            grid_add(&grid, tally_text(m, &tallies[k]));
    }
    grid_put_bands(page, &grid);
    grid_free(&grid);
    buf_puts(page->out, "\n`who sees --as NAME` tells what is behind a row; --format csv and json "
                        "tell everything\n\n");
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* Databases, locations, tags and catalogs: what is more than seeing that a database is there. */
static void put_rest(struct page *page, struct matrix *m)
{
    struct grid grid;
    static const char *const head[] = {"PRINCIPAL", "PERMISSION", "ANSWER", "ON"};
    struct catalog_order order;
    catalog_order_make(m->effective, &m->arena, &order);
    order.output_count = 0;
    grid_begin(&grid, 4);
    for (size_t i = 0; i < 4; i++)
        grid_add(&grid, head[i]);
    for (size_t i = 0; i < m->effective->parties.list.len; i++) {
        struct facts facts = {0};
        facts_of_party(&m->views[i], &m->arena, &order, &facts);
        for (size_t k = 0; k < facts.list.len; k++) {
            const struct fact *fact = &facts.list.at[k];
            if (fact->permission == PERMIT_DESCRIBE && strcmp(fact->kind, "database") == 0)
                continue;
            grid_add(&grid, m->effective->parties.list.at[i].name);
            grid_add(&grid, permission_word(fact->permission));
            grid_add(&grid, fact->pass_on ? "yes +" : fact->may == MAY_REACH ? "reach" : "yes");
            grid_add(&grid, arena_format(&m->arena, "%s %s", fact->kind, fact->thing));
        }
    }
    if (grid_rows(&grid) > 1) {
        grid_put(page, &grid);
        buf_putc(page->out, '\n');
    }
    grid_free(&grid);
}

void who_matrix(struct page *page, struct effective *effective)
{
    struct matrix m = {.effective = effective};
    size_t parties = effective->parties.list.len;
    atoms_init(&m.texts, &m.arena);
    m.views = arena_array(&m.arena, struct view, parties + 1);
    for (size_t i = 0; i < parties; i++)
        view_open(effective, i, &m.views[i]);
    who_heading(page, effective, "what everybody has");
    size_t before = page->out->len;
    if (effective->mesh->outputs.len > TABLES_EACH)
        put_domains(page, &m);
    else
        put_tables(page, &m);
    put_rest(page, &m);
    if (page->out->len == before)
        buf_puts(page->out, "  no grant, role or policy of this mesh gives anybody anything\n");
    else
        buf_puts(page->out,
                 "rows: of some rows alone; reach: not held, but can be got to; +: may be passed "
                 "on\n");
    for (size_t i = 0; i < parties; i++)
        view_close(&m.views[i]);
    atoms_free(&m.texts);
    arena_free(&m.table);
    arena_free(&m.arena);
}
