/* bench.c - how fast meshc is: writes meshes of 1,000, 10,000 and 100,000 products, runs check and
 * build on them, and prints throughput, peak memory and the ratio to a bare scan of the same bytes
 * by the generated scanner alone.
 *
 * Usage: bench MESHC FOLDER [PRODUCTS...]. A benchmark, not a test: it judges nothing. */
#include "source/session.h"
#include "syntax/parse.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PRODUCTS_A_DOMAIN = 50, COLUMNS = 20, RUNS = 5 };

static void die(const char *what)
{
    perror(what);
    exit(3);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- meshes ---------------------------------------------------------------------------------- */

/* A product takes about 1,400 bytes: every second column is documented. */
static void put_schema(FILE *out, int domain, int product)
{
    static const char *const types[] = {"string",         "bigint",        "double", "timestamp",
                                        "decimal(12, 2)", "array<string>", "int",    "date",
                                        "boolean",        "string"};
    fprintf(out, "schema Record_%d_%d {\n  record_id:        string @key\n", domain, product);
    for (int i = 1; i < COLUMNS; i++)
        fprintf(out, "%s  attribute_%02d:     %s%s\n",
                i % 2 ? "  /// What the source calls the attribute.\n" : "", i, types[i % 10],
                i == 3   ? " @required"
                : i == 9 ? " @pii"
                         : "");
    fputs("}\n\n", out);
}

static void put_product(FILE *out, int domain, int product)
{
    fprintf(out,
            "/// Records of kind %d, as the source system of domain %d sends them.\n"
            "product domain_%d.records_%d of Record_%d_%d {\n"
            "  format:  parquet\n"
            "  version: 1.%d.0\n"
            "  status:  active\n"
            "  sla { freshness: 24h  availability: 99.9%%  retention: 7y }\n"
            "  quality {\n"
            "    schedule: every(1d)\n"
            "    expect attribute_02 >= 0\n"
            "    expect completeness(attribute_06) >= 99%%\n"
            "  }\n"
            "}\n\n",
            product, domain, domain, product, domain, product, product);
}

/* A file of the mesh, open for writing; its path is too long only when the folder's is. */
static FILE *create(const char *folder, const char *name)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s.mesh", folder, name) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        die(folder);
    }
    FILE *out = fopen(path, "w");
    if (!out)
        die(path);
    return out;
}

static size_t finish(FILE *out)
{
    long size = ftell(out);
    if (fclose(out) != 0 || size < 0)
        die("a file of the mesh");
    return (size_t)size;
}

static size_t write_domain(const char *folder, int domain, int products)
{
    char name[32];
    snprintf(name, sizeof name, "domain_%d", domain);
    FILE *out = create(folder, name);
    fprintf(out,
            "domain domain_%d {\n  owner:   Owner\n  contact: \"domain-%d@example.com\"\n}\n\n",
            domain, domain);
    for (int i = 0; i < products; i++) {
        put_schema(out, domain, i);
        put_product(out, domain, i);
    }
    fprintf(out,
            "policy access_%d {\n  grant read on domain_%d.* to Analyst\n}\n\n"
            "pipeline domain_%d.load {\n  schedule: every(1h)\n"
            "  steps { load: lambda LoadRecords }\n  produces: [",
            domain, domain, domain);
    for (int i = 0; i < products; i++)
        fprintf(out, "%sdomain_%d.records_%d", i ? ", " : "", domain, i);
    fputs("]\n}\n", out);
    return finish(out);
}

static size_t write_mesh(const char *folder, int products)
{
    if (mkdir(folder, 0777) != 0)
        die(folder);
    FILE *out = create(folder, "mesh");
    fputs("mesh bench {\n  region:  eu-west-1\n  account: 123456789012\n  bucket:  "
          "\"bench-data\"\n}\n\n"
          "role Owner\nrole Analyst\n",
          out);
    size_t size = finish(out);
    for (int domain = 0, left = products; left > 0; domain++, left -= PRODUCTS_A_DOMAIN)
        size += write_domain(folder, domain, left < PRODUCTS_A_DOMAIN ? left : PRODUCTS_A_DOMAIN);
    return size;
}

/* ---- measuring ------------------------------------------------------------------------------- */

struct measure {
    double seconds; /* of the fastest run */
    double cpu;     /* of the same: user time, all threads together */
    long peak_kb;
};

static double user_seconds(const struct rusage *usage)
{
    return (double)usage->ru_utime.tv_sec + (double)usage->ru_utime.tv_usec / 1e6;
}

/* Runs a command RUNS times, however long it takes, with its output thrown away. The fastest run
 * counts: the first to use much memory may wait for it, since the host of a virtual machine takes
 * back what has been idle for some seconds (measured: 2.4 s to get 1.1 GB, 0.15 s right after). */
static struct measure run(char **arguments)
{
    struct measure best = {.seconds = 1e9};
    struct rusage usage = {0};
    for (int i = 0; i < RUNS; i++) {
        double start = now(), before = user_seconds(&usage);
        pid_t child = fork();
        if (child == 0) {
            if (!freopen("/dev/null", "w", stdout))
                _exit(127);
            execv(arguments[0], arguments);
            _exit(127);
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) != child)
            die("wait");
        double took = now() - start;
        getrusage(RUSAGE_CHILDREN, &usage);
        if (took < best.seconds)
            best = (struct measure){.seconds = took, .cpu = user_seconds(&usage) - before};
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "bench: %s %s failed\n", arguments[0], arguments[1]);
            exit(3);
        }
    }
    best.peak_kb = usage.ru_maxrss;
    return best;
}

/* Seconds that the scanner alone takes for the same bytes, loading not counted. */
static double bare_scan(const char *folder)
{
    double best = 1e9;
    struct session s;
    session_init(&s);
    const char *paths[] = {folder};
    if (!source_load_program(&s, paths, 1))
        die(folder);
    for (int i = 0; i < RUNS; i++) {
        double start = now();
        for (size_t k = 0; k < s.sources.files.len; k++)
            scan_bare(&s, s.sources.files.at[k]);
        double took = now() - start;
        best = took < best ? took : best;
    }
    session_free(&s);
    return best;
}

static double folder_megabytes(const char *folder)
{
    char command[8400];
    double bytes = 0;
    snprintf(command, sizeof command, "du -sb '%s' | cut -f1", folder);
    FILE *in = popen(command, "r");
    if (!in || fscanf(in, "%lf", &bytes) != 1)
        die("du");
    pclose(in);
    return bytes / 1e6;
}

static void bench(char *meshc, const char *folder, int products)
{
    char mesh[8192], out[8192], output[8300];
    snprintf(mesh, sizeof mesh, "%s/mesh-%d", folder, products);
    snprintf(out, sizeof out, "%s/out-%d", folder, products);
    snprintf(output, sizeof output, "-o%s", out);
    double megabytes = (double)write_mesh(mesh, products) / 1e6;
    double scan = bare_scan(mesh);

    /* A process of its own for each verb, because peak memory is that of all children so far. */
    fflush(stdout);
    for (int build = 0; build <= 1; build++) {
        pid_t child = fork();
        if (child < 0)
            die("fork");
        if (child > 0) {
            int status;
            waitpid(child, &status, 0);
            if (status != 0)
                exit(3);
            continue;
        }
        char check[] = "check", build_verb[] = "build", quiet[] = "-q";
        char unwatched[] = "-WM0599=off"; /* that nothing watches availability is meant so here */
        char *check_arguments[] = {meshc, check, quiet, unwatched, mesh, NULL};
        char *build_arguments[] = {meshc, build_verb, quiet, unwatched, output, mesh, NULL};
        struct measure m = run(build ? build_arguments : check_arguments);
        double written = build ? folder_megabytes(out) : 0;
        printf("%8d %-6s %6.1f %9.1f %9.1f %10.1f %8.1f %9.1f %8.1f %6.1fx %8.1fx\n", products,
               build ? "build" : "check", megabytes, m.seconds * 1e3, m.cpu * 1e3,
               m.seconds * 1e6 / products, megabytes / m.seconds, written / m.seconds,
               (double)m.peak_kb / 1024, (double)m.peak_kb * 1024 / 1e6 / megabytes,
               m.seconds / scan);
        fflush(stdout);
        _exit(0);
    }
}

int main(int argc, char **argv)
{
    static const int sizes[] = {1000, 10000, 100000};
    if (argc < 3) {
        fputs("usage: bench MESHC FOLDER [PRODUCTS...]\n", stderr);
        return 2;
    }
    puts(
        "products verb    MB in        ms    cpu ms us/product  MB/s in  MB/s out  peak MB  memory "
        "bare scan");
    if (argc == 3)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            bench(argv[1], argv[2], sizes[i]);
    for (int i = 3; i < argc; i++)
        bench(argv[1], argv[2], atoi(argv[i]));
    return 0;
}
