/* source_test.c - bytes of a program and places in them; which files a program is made of. */
#define _XOPEN_SOURCE 700 /* nftw, mkdtemp */
#include "unit.h"
#include "base/utf8.h"
#include "source/session.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Every character's own form is read back, and no other two, three or four bytes make it. */
static void every_character_reads_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char text[4];
        uint32_t read = 1;
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = 0; i < n; i++) {
            uint32_t bits = c >> (6 * (n - 1 - i));
            text[i] = (char)(i == 0 ? (n == 1 ? c : leads[n] | bits) : (0x80 | (bits & 0x3f)));
        }
        size_t expected = c >= 0xd800 && c <= 0xdfff ? 0 : n;
        assert_int_equal(utf8_read(text, n, &read), expected);
        if (expected != 0) {
            assert_int_equal(read, c);
            assert_int_equal(utf8_count(text, n), 1);
            for (size_t cut = 1; cut < n; cut++) {
                assert_int_equal(utf8_read(text, cut, &read), 0);
            }
        }
    }
}

static void malformed_bytes_are_found(void **state)
{
    static const struct {
        const char *text;
        size_t bad;
    } cases[] = {
        {"\x80", 0},
        {"\xbf", 0},
        {"a\xc0\x80", 1},        /* overlong NUL */
        {"\xc1\xbf", 0},         /* overlong */
        {"\xe0\x9f\xbf", 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0}, /* overlong */
        {"\xed\xa0\x80", 0},     /* surrogate */
        {"\xed\xbf\xbf", 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"\xc3", 0}, /* cut */
        {"\xe6\x97", 0},
        {"\xf0\x9f\x98", 0},
        {"\xc3(", 0},
        {"\xe6\x97\xa5\xe6\x97", 3},
        {"abcdefgh\xc3\xa9ijklmnop\xe9", 18},
        {"abcdefghijklmnopqrstuvwxyz", 26},
        {"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80", 9},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(utf8_check(cases[i].text, strlen(cases[i].text)), cases[i].bad);
    }
}

static void widths_are_those_of_terminals(void **state)
{
    (void)state;
    assert_int_equal(utf8_width('a'), 1);
    assert_int_equal(utf8_width(0xe9), 1);
    assert_int_equal(utf8_width(0x301), 0);
    assert_int_equal(utf8_width(0x65e5), 2);
    assert_int_equal(utf8_width(0xff21), 2);
    assert_int_equal(utf8_width(0x1f600), 2);
    assert_int_equal(utf8_width(0x3b1), 1);
}

/* ---- bytes of a source ----------------------------------------------------------------------- */

static void check_bytes(const char *text, size_t size, enum diag_code code, size_t offset)
{
    struct session s;
    session_init(&s);
    struct source *source = source_add(&s, "x.mesh", "x.mesh", text, size);
    if (code == D_COUNT) {
        assert_non_null(source);
        assert_int_equal(s.diagnostics.list.len, 0);
        assert_int_equal(s.sources.files.len, 1);
    } else {
        assert_null(source);
        assert_int_equal(s.sources.files.len, 0);
        assert_int_equal(s.diagnostics.list.len, 1);
        assert_int_equal(s.diagnostics.list.at[0]->code, code);
        if (code != D_UTF16_TEXT) {
            struct span span = s.diagnostics.list.at[0]->span;
            assert_int_equal(span.lo - source_at(&s, span.lo)->base, offset);
        }
    }
    session_free(&s);
}

static void bad_bytes_are_reported_with_their_place(void **state)
{
    (void)state;
    check_bytes("", 0, D_COUNT, 0);
    check_bytes("a\r\nb\r\n", 6, D_COUNT, 0);
    check_bytes("\xef\xbb\xbfrole A", 9, D_COUNT, 0);
    check_bytes("\xef\xbb\xbf"
                "a\xff",
                5, D_NOT_UTF8, 1);
    check_bytes("a\xff", 2, D_NOT_UTF8, 1);
    check_bytes("\xff\xfe"
                "a\0",
                4, D_UTF16_TEXT, 0);
    check_bytes("\xfe\xff\0a", 4, D_UTF16_TEXT, 0);
    check_bytes("ab\rc", 4, D_LONE_CARRIAGE_RETURN, 2);
    check_bytes("ab\r", 3, D_LONE_CARRIAGE_RETURN, 2);
    check_bytes("ab\r\r\n", 5, D_LONE_CARRIAGE_RETURN, 2);
    check_bytes("abc\0", 4, D_NUL_BYTE, 3);
    /* The offending byte in every position of the words that the check takes at once. */
    for (size_t at = 0; at < 40; at++) {
        static const struct {
            char byte;
            enum diag_code code;
        } bad[] = {{'\0', D_NUL_BYTE}, {'\r', D_LONE_CARRIAGE_RETURN}, {'\x80', D_NOT_UTF8}};
        for (size_t i = 0; i < 3; i++) {
            char text[41];
            memset(text, 'x', sizeof text);
            text[at] = bad[i].byte;
            check_bytes(text, sizeof text, bad[i].code, at);
        }
    }
}

/* M0014 and M0015. */
static void too_large_a_file_is_refused(void **state)
{
    struct session s;
    (void)state;
    char *text = malloc(SOURCE_MAX + 1);
    assert_non_null(text);
    memset(text, ' ', SOURCE_MAX + 1);
    session_init(&s);
    assert_null(source_add(&s, "x.mesh", "x.mesh", text, SOURCE_MAX + 1));
    assert_int_equal(s.diagnostics.list.at[0]->code, D_FILE_TOO_LARGE);
    assert_non_null(source_add(&s, "x.mesh", "x.mesh", text, SOURCE_MAX));
    s.sources.next = SOURCES_MAX - 10;
    assert_null(source_add(&s, "y.mesh", "y.mesh", text, 11));
    assert_int_equal(s.diagnostics.list.at[1]->code, D_MESH_TOO_LARGE);
    assert_non_null(source_add(&s, "y.mesh", "y.mesh", text, 10));
    free(text);
    session_free(&s);
}

/* ---- places ---------------------------------------------------------------------------------- */

static void lines_and_columns_agree_with_counting(void **state)
{
    static const char *const pieces[] = {"a",  "xyz",      "\n",           "\r\n",
                                         "\t", "\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80"};
    uint64_t seed = 5;
    (void)state;
    for (int round = 0; round < 20; round++) {
        struct session s;
        session_init(&s);
        for (int file = 0; file < 5; file++) {
            char text[1200] = "";
            for (size_t n = random_next(&seed) % 250; n > 0; n--) {
                strcat(text, pieces[random_next(&seed) % 8]);
            }
            assert_non_null(source_add(&s, "p", "n", text, strlen(text)));
        }
        for (size_t file = 0; file < 5; file++) {
            const struct source *source = s.sources.files.at[file];
            uint32_t line = 1, column = 1;
            for (uint32_t i = 0; i <= source->size; i++) {
                bool inner = ((unsigned char)source->text[i] & 0xc0) == 0x80;
                /* Also out of order, because columns are counted on from the last one asked for. */
                source_position(&s, 1 + (uint32_t)(random_next(&seed) % s.sources.next));
                struct position at = source_position(&s, source->base + i);
                assert_ptr_equal(at.source, source);
                if (!inner) {
                    assert_int_equal(at.line, line);
                    assert_int_equal(at.column, column++);
                }
                if (source->text[i] == '\n') {
                    line++;
                    column = 1;
                }
            }
        }
        assert_null(source_at(&s, 0));
        assert_null(source_at(&s, s.sources.next));
        assert_null(source_position(&s, 0).source);
        session_free(&s);
    }
}

/* ---- finding the program --------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static int enter_new_folder(void **state)
{
    char *folder = strdup("/tmp/mesh-unit-XXXXXX");
    *state = folder;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    int failed = chdir("/") != 0 || nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS) != 0;
    free(*state);
    return failed;
}

/* Writes files of their own name as text, making the folders; the list ends with NULL. */
static void make_files(const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        char path[200];
        snprintf(path, sizeof path, "%s", *paths);
        for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            mkdir(path, 0777);
            *slash = '/';
        }
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(path, file);
        assert_int_equal(fclose(file), 0);
    }
}

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Loads the paths and compares "name=path " of the files and the codes of the reports. */
static void expect_program(const char *const *paths, const char *files, const char *codes)
{
    struct session s;
    char got[1000] = "", reported[200] = "";
    size_t count = 0;
    while (paths[count] != NULL) {
        count++;
    }
    session_init(&s);
    bool loaded = source_load_program(&s, paths, count);
    assert_int_equal(loaded, s.sources.files.len > 0);
    for (size_t i = 0; i < s.sources.files.len; i++) {
        const struct source *source = s.sources.files.at[i];
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s=%s ", source->name, source->path);
    }
    for (size_t i = 0; i < s.diagnostics.list.len; i++) {
        strcat(reported, diag_info(s.diagnostics.list.at[i]->code)->slug);
        strcat(reported, " ");
    }
    assert_string_equal(got, files);
    assert_string_equal(reported, codes);
    session_free(&s);
}

static void a_root_is_found_from_anywhere_in_it(void **state)
{
    static const char here[] = "b.mesh=b.mesh mesh.mesh=mesh.mesh sub/a.mesh=sub/a.mesh "
                               "sub/deep/c.mesh=sub/deep/c.mesh ";
    (void)state;
    make_files(FILES("mesh.mesh", "b.mesh", "sub/a.mesh", "sub/deep/c.mesh", "sub/readme.txt",
                     ".git/x.mesh", "sub/.y.mesh"));
    expect_program(FILES("."), here, "");
    expect_program(FILES(NULL), here, "");
    expect_program(FILES("./"), here, "");
    expect_program(FILES("sub"), here, "");
    expect_program(FILES("sub/deep/"), here, "");
    expect_program(FILES("./sub/a.mesh"), here, "");
    expect_program(FILES("sub/a.mesh", "mesh.mesh", "sub", ".//sub/.//a.mesh"), here, "");
    assert_int_equal(chdir("sub/deep"), 0);
    expect_program(FILES("."),
                   "b.mesh=../../b.mesh mesh.mesh=../../mesh.mesh sub/a.mesh=../../sub/a.mesh "
                   "sub/deep/c.mesh=c.mesh ",
                   "");
    expect_program(FILES(".."),
                   "b.mesh=../../b.mesh mesh.mesh=../../mesh.mesh sub/a.mesh=../a.mesh "
                   "sub/deep/c.mesh=../deep/c.mesh ",
                   "");
}

static void without_a_root_the_paths_are_all(void **state)
{
    (void)state;
    make_files(FILES("one/a.mesh", "one/in/b.mesh", "two/c.mesh", "text.txt"));
    assert_int_equal(mkdir("empty", 0777), 0);
    expect_program(FILES("one"), "a.mesh=one/a.mesh in/b.mesh=one/in/b.mesh ", "");
    expect_program(FILES("one/in/b.mesh"), "b.mesh=one/in/b.mesh ", "");
    expect_program(FILES("two", "one/a.mesh"), "one/a.mesh=one/a.mesh two/c.mesh=two/c.mesh ", "");
    expect_program(FILES("empty"), "", "no-mesh-files ");
    expect_program(FILES("nothing"), "", "file-not-found ");
    expect_program(FILES("nothing", "two"), "c.mesh=two/c.mesh ", "file-not-found ");
    expect_program(FILES("two/c.mesh/x"), "", "file-not-found ");
    expect_program(FILES(""), "", "file-not-found ");
    expect_program(FILES("text.txt"), "", "not-a-mesh-file ");
    expect_program(FILES("-", "two"), "", "stdin-with-files ");
    expect_program(FILES("/dev/null"), "null=/dev/null ", "");
}

static void paths_of_two_meshes_are_refused(void **state)
{
    (void)state;
    make_files(FILES("one/mesh.mesh", "two/mesh.mesh", "three/a.mesh"));
    expect_program(FILES("one", "two"), "", "several-meshes ");
    expect_program(FILES("one", "three"), "", "several-meshes ");
    expect_program(FILES("three", "one"), "", "several-meshes ");
}

static void links_stay_in_the_root(void **state)
{
    (void)state;
    make_files(
        FILES("in/mesh.mesh", "in/sub/a.mesh", "in/.hidden/h.mesh", "in/b.txt", "out/o.mesh"));
    assert_int_equal(symlink("../sub/a.mesh", "in/sub/same.mesh"), 0);
    assert_int_equal(symlink("b.txt", "in/b.mesh"), 0);
    assert_int_equal(symlink("sub", "in/again"), 0);
    assert_int_equal(symlink(".hidden", "in/shown"), 0);
    assert_int_equal(symlink("nothing", "in/unused"), 0);
    expect_program(FILES("in"),
                   "b.mesh=in/b.mesh mesh.mesh=in/mesh.mesh shown/h.mesh=in/shown/h.mesh "
                   "sub/a.mesh=in/sub/a.mesh ",
                   "");
    assert_int_equal(symlink("..", "in/sub/loop"), 0);
    assert_int_equal(symlink("self.mesh", "in/self.mesh"), 0);
    assert_int_equal(symlink("nothing", "in/broken.mesh"), 0);
    assert_int_equal(symlink("../out", "in/leaves"), 0);
    assert_int_equal(symlink("../out/o.mesh", "in/o.mesh"), 0);
    assert_int_equal(mkfifo("in/pipe.mesh", 0666), 0);
    expect_program(FILES("in"),
                   "b.mesh=in/b.mesh mesh.mesh=in/mesh.mesh shown/h.mesh=in/shown/h.mesh "
                   "sub/a.mesh=in/sub/a.mesh ",
                   "file-not-found link-leaves-root link-leaves-root not-a-mesh-file link-loop "
                   "link-loop ");
}

static void odd_names_are_refused(void **state)
{
    (void)state;
    make_files(FILES("m/mesh.mesh", "m/\xff.mesh", "m/new\nline.mesh", "m/\xc3\xa9.mesh"));
    expect_program(FILES("m"), "mesh.mesh=m/mesh.mesh \xc3\xa9.mesh=m/\xc3\xa9.mesh ",
                   "bad-file-name bad-file-name ");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_new_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_reads_back),
        cmocka_unit_test(malformed_bytes_are_found),
        cmocka_unit_test(widths_are_those_of_terminals),
        cmocka_unit_test(bad_bytes_are_reported_with_their_place),
        cmocka_unit_test(too_large_a_file_is_refused),
        cmocka_unit_test(lines_and_columns_agree_with_counting),
        IN_FOLDER(a_root_is_found_from_anywhere_in_it),
        IN_FOLDER(without_a_root_the_paths_are_all),
        IN_FOLDER(paths_of_two_meshes_are_refused),
        IN_FOLDER(links_stay_in_the_root),
        IN_FOLDER(odd_names_are_refused),
    };
    return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
