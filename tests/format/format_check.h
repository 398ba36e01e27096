/* format_check.h - formats a text and proves that nothing but its layout changed. Used by the
 * driver and the fuzzer. */
#ifndef MESH_TESTS_FORMAT_CHECK_H
#define MESH_TESTS_FORMAT_CHECK_H

#include "base/buf.h"
#include <stdbool.h>

/* What is wrong with the formatter, NULL when nothing is. *parsed is false when the text has
 * errors: it is not formatted then, and that is no fault. The result goes to `formatted`, for a
 * fault as well. */
const char *format_check(const char *text, size_t size, bool *parsed, struct buf *formatted);

#endif
