/* base_test.c - arenas, vectors, names, maps, buffers, hashes, suggestions, embedded files. */
#include "unit.h"
#include "base/arena.h"
#include "base/atom.h"
#include "base/buf.h"
#include "base/embedded.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/suggest.h"
#include "base/vec.h"
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void arena_gives_zeroed_aligned_separate_blocks(void **state)
{
    struct arena arena = {0};
    uint64_t seed = 1;
    (void)state;
    struct {
        unsigned char *at;
        size_t size;
    } blocks[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t size = random_next(&seed) % (i % 100 == 0 ? 300000 : 200);
        blocks[i].at = arena_alloc(&arena, size);
        blocks[i].size = size;
        assert_int_equal((uintptr_t)blocks[i].at % alignof(uint64_t), 0);
        if (size % alignof(max_align_t) == 0) {
            assert_int_equal((uintptr_t)blocks[i].at % alignof(max_align_t), 0);
        }
        for (size_t j = 0; j < size; j++) {
            assert_int_equal(blocks[i].at[j], 0);
        }
        memset(blocks[i].at, (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < 2000; i++) {
        for (size_t j = 0; j < blocks[i].size; j++) {
            assert_int_equal(blocks[i].at[j], i & 0xff);
        }
    }
    arena_free(&arena);
    assert_int_equal(arena.total, 0);
}

static void arena_copies_and_formats(void **state)
{
    struct arena arena = {0};
    char expected[3000];
    (void)state;
    assert_string_equal(arena_copy(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&arena, NULL, 0), "");
    assert_string_equal(arena_format(&arena, "%s-%d", "x", 42), "x-42");
    snprintf(expected, sizeof expected, "%2500d|", 7);
    assert_string_equal(arena_format(&arena, "%2500d|", 7), expected);
    arena_free(&arena);
}

static void vectors_keep_what_was_pushed(void **state)
{
    struct arena arena = {0};
    VEC(size_t) numbers = {0};
    VEC(struct suggestion) others = {0};
    (void)state;
    for (size_t i = 0; i < 100000; i++) {
        vec_push(&arena, &numbers, i * 3);
        if (i % 1000 == 0) { /* breaks the growing in place */
            vec_push(&arena, &others, ((struct suggestion){.distance = i}));
        }
    }
    assert_int_equal(numbers.len, 100000);
    for (size_t i = 0; i < numbers.len; i++) {
        assert_int_equal(numbers.at[i], i * 3);
    }
    for (size_t i = 0; i < others.len; i++) {
        assert_int_equal(others.at[i].distance, i * 1000);
    }
    arena_free(&arena);
}

static void a_million_names_are_interned_once(void **state)
{
    enum { NAMES = 1000000 };
    struct arena arena = {0};
    struct atoms atoms;
    char text[32];
    (void)state;
    atoms_init(&atoms, &arena);
    atom *seen = calloc(NAMES, sizeof *seen);
    assert_non_null(seen);
    for (size_t i = 0; i < NAMES; i++) {
        size_t length = (size_t)snprintf(text, sizeof text, "name_%zu", i * 7919);
        assert_null(atom_find(&atoms, text, length));
        seen[i] = atom_put(&atoms, text, length);
        assert_int_equal(atom_number(seen[i]), i);
        assert_int_equal(atom_length(seen[i]), length);
    }
    assert_int_equal(atoms_count(&atoms), NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        snprintf(text, sizeof text, "name_%zu", i * 7919);
        assert_string_equal(seen[i], text);
        assert_ptr_equal(atom_of(&atoms, text), seen[i]);
    }
    assert_int_equal(atoms_count(&atoms), NAMES);
    free(seen);
    atoms_free(&atoms);
    arena_free(&arena);
}

static void names_are_bytes(void **state)
{
    struct arena arena = {0};
    struct atoms atoms;
    (void)state;
    atoms_init(&atoms, &arena);
    atom empty = atom_put(&atoms, "", 0);
    assert_int_equal(atom_length(empty), 0);
    assert_ptr_equal(atom_put(&atoms, "xy", 0), empty);
    assert_ptr_not_equal(atom_put(&atoms, "a\0b", 3), atom_put(&atoms, "a\0c", 3));
    assert_ptr_not_equal(atom_put(&atoms, "a\0", 2), atom_put(&atoms, "a", 1));
    atoms_free(&atoms);
    arena_free(&arena);
}

static void maps_agree_with_a_naive_one(void **state)
{
    enum { WORDS = 64 };
    static char words[WORDS], values[1000];
    void *naive[WORDS + 1][WORDS + 1] = {{0}};
    struct map map = {0};
    uint64_t seed = 42;
    size_t count = 0;
    (void)state;
    assert_null(map_get(&map, &words[0], NULL));
    for (size_t step = 0; step < 100000; step++) {
        size_t a = random_next(&seed) % (WORDS + 1), b = random_next(&seed) % (WORDS + 1);
        const void *first = a == WORDS ? NULL : &words[a];
        const void *second = b == WORDS ? NULL : &words[b];
        void *value = &values[random_next(&seed) % sizeof values];
        assert_ptr_equal(map_get(&map, first, second), naive[a][b]);
        count += naive[a][b] == NULL;
        if (step % 3 == 0) {
            map_set(&map, first, second, value);
            naive[a][b] = value;
        } else {
            naive[a][b] = naive[a][b] == NULL ? value : naive[a][b];
            assert_ptr_equal(map_put(&map, first, second, value), naive[a][b]);
        }
        assert_int_equal(map.count, count);
    }
    map_free(&map);
}

static void buffers_grow_and_end_in_nul(void **state)
{
    struct buf buf = {0};
    char expected[2100];
    (void)state;
    for (int i = 0; i < 1000; i++) {
        buf_putc(&buf, 'a');
        buf_put(&buf, "bc", 2);
        buf_puts(&buf, "");
        buf_repeat(&buf, '-', 2);
        assert_int_equal(buf.at[buf.len], 0);
        assert_int_equal(buf.len, 5 * (i + 1));
    }
    assert_memory_equal(buf.at, "abc--abc--", 10);
    buf.len = 0;
    buf_format(&buf, "%s|%2000d", "x", 5);
    snprintf(expected, sizeof expected, "%s|%2000d", "x", 5);
    assert_string_equal(buf.at, expected);
    memcpy(buf_reserve(&buf, 3), "end", 3);
    buf.len += 3;
    buf_put(&buf, "", 0);
    assert_string_equal(buf.at + buf.len - 3, "end");
    buf_free(&buf);
    assert_null(buf.at);
}

static void hashes_give_the_published_values(void **state)
{
    char hex[65];
    (void)state;
    assert_true(hash_bytes(HASH_START, "", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(hash_bytes(HASH_START, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash_bytes(HASH_START, "foobar", 6) == UINT64_C(0x85944171f73967e8));
    assert_true(hash_bytes(hash_bytes(HASH_START, "foo", 3), "bar", 3) ==
                UINT64_C(0x85944171f73967e8));
    hash_sha256(hex, "abc", 3);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_sha256(hex, "", 0);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static const char *nearest(const char *word, const char *const *candidates)
{
    struct suggestion suggestion = suggest_for(word);
    for (; *candidates != NULL; candidates++) {
        suggest_offer(&suggestion, *candidates);
    }
    return suggestion.best;
}

static void suggestions_are_near_or_none(void **state)
{
    static const char *const words[] = {"owner",     "version",       "status", "schema", "format",
                                        "retention", "materializing", "id",     "s3",     NULL};
    (void)state;
    assert_string_equal(nearest("ownr", words), "owner");
    assert_string_equal(nearest("onwer", words), "owner");
    assert_string_equal(nearest("OWNER", words), "owner");
    assert_string_equal(nearest("fromat", words), "format");
    assert_string_equal(nearest("schemas", words), "schema");
    assert_string_equal(nearest("materialising", words), "materializing");
    assert_string_equal(nearest("matrialisig", words), "materializing");
    assert_string_equal(nearest("ip", words), "id");
    assert_null(nearest("x", words));
    assert_null(nearest("", words));
    assert_null(nearest("zzz", words));
    assert_null(nearest("elephant", words));
    static const char *const equals[] = {"cat", "car", "cab", NULL};
    assert_string_equal(nearest("caz", equals), "cat");
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[299] = '\0';
    assert_null(nearest(longest, (const char *const[]){longest, NULL}));
}

/* The textbook's table, in full. */
static size_t plain_distance(const char *a, const char *b)
{
    size_t table[20][20], na = strlen(a), nb = strlen(b);
    for (size_t i = 0; i <= na; i++) {
        for (size_t j = 0; j <= nb; j++) {
            size_t best = i == 0 ? j : i;
            if (i > 0 && j > 0) {
                size_t change = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
                best = table[i - 1][j] + 1;
                best = table[i][j - 1] + 1 < best ? table[i][j - 1] + 1 : best;
                best = change < best ? change : best;
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                    table[i - 2][j - 2] + 1 < best) {
                    best = table[i - 2][j - 2] + 1;
                }
            }
            table[i][j] = best;
        }
    }
    return table[na][nb];
}

static void suggestions_know_the_distance(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char words[2][13] = {{0}};
        for (int w = 0; w < 2; w++) {
            size_t length = 1 + random_next(&seed) % 12;
            for (size_t i = 0; i < length; i++) {
                words[w][i] = (char)('a' + random_next(&seed) % 3);
            }
        }
        size_t na = strlen(words[0]), nb = strlen(words[1]), longer = na > nb ? na : nb;
        size_t limit = longer < 6 ? 1 : longer / 3, truth = plain_distance(words[0], words[1]);
        struct suggestion suggestion = suggest_for(words[0]);
        suggest_offer(&suggestion, words[1]);
        if (truth <= limit && truth < longer) {
            assert_ptr_equal(suggestion.best, words[1]);
            assert_int_equal(suggestion.distance, truth);
        } else {
            assert_null(suggestion.best);
        }
    }
}

/* Run from the project's folder, like all tests. */
static void files_are_embedded_byte_for_byte(void **state)
{
    static const char *const names[] = {"init-mesh.mesh", "init-pre-commit.yaml"};
    size_t size = 1;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "runtime/%s", names[i]);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        const char *text = embedded_file(names[i], &size);
        assert_non_null(text);
        for (size_t at = 0; at < size; at++) {
            assert_int_equal((unsigned char)text[at], getc(file));
        }
        assert_int_equal(getc(file), EOF);
        assert_int_equal(text[size], 0);
        fclose(file);
    }
    /* A program with parts stands there in one piece. */
    const char *program = embedded_file("grants.sh", &size);
    assert_non_null(program);
    assert_null(strstr(program, "@join"));
    assert_non_null(strstr(program, "jq_things="));
    assert_non_null(strstr(program, "main \"$@\"\n"));
    assert_null(embedded_file("no such file", &size));
    assert_int_equal(size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_separate_blocks),
        cmocka_unit_test(arena_copies_and_formats),
        cmocka_unit_test(vectors_keep_what_was_pushed),
        cmocka_unit_test(a_million_names_are_interned_once),
        cmocka_unit_test(names_are_bytes),
        cmocka_unit_test(maps_agree_with_a_naive_one),
        cmocka_unit_test(buffers_grow_and_end_in_nul),
        cmocka_unit_test(hashes_give_the_published_values),
        cmocka_unit_test(suggestions_are_near_or_none),
        cmocka_unit_test(suggestions_know_the_distance),
        cmocka_unit_test(files_are_embedded_byte_for_byte),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
