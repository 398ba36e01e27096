/* hash.h - FNV-1a 64 for names and identifiers, SHA-256 (nettle) for files. */
#ifndef MESH_BASE_HASH_H
#define MESH_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)
/* Continues a hash over n more bytes. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);
/* The digest as 64 lower-case hex digits and a NUL. */
void hash_sha256(char out[65], const void *bytes, size_t n);

#endif
