/* embedded.h - the files of runtime/ that meshc carries inside itself; build/embedded.c is made by
 * embed.awk. */
#ifndef MESH_BASE_EMBEDDED_H
#define MESH_BASE_EMBEDDED_H

#include <stddef.h>

/* The text of runtime/<name>, NUL-terminated, or NULL when there is none. */
const char *embedded_file(const char *name, size_t *size);

#endif
