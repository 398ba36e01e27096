/* divide.h - the independent pieces of one phase, worked off by several threads.
 *
 * Each thread takes the next piece that nobody has, and works in a session of its own, which shares
 * the names and the levels of diagnostics (session_fork). What the pieces report is put together in
 * their order. So the outcome is the same to the byte, whatever the number of threads: as long as a
 * piece writes to nothing but that session and its own part of the data. What takes much memory for
 * little text is no piece: see session_affords. */
#ifndef MESH_SOURCE_DIVIDE_H
#define MESH_SOURCE_DIVIDE_H

#include <stddef.h>

struct session;

/* own->progress is set in the thread that called. */
typedef void piece_work(struct session *own, void *data, size_t piece);

/* `bytes` of text are behind all pieces together: little is done by one thread. How many there are
 * else is s->threads, or as many as there are processors. */
void divide(struct session *s, size_t pieces, size_t bytes, piece_work *work, void *data);

#endif
