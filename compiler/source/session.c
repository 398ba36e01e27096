/* session.c - the beginning and the end of a run. */
#include "source/session.h"

void session_init(struct session *s) {
    static const char *const keywords[] = {
#define KEYWORD(token, word) word,
#include "grammar/keywords.def"
#undef KEYWORD
    };
    *s = (struct session){0};
    atoms_init(&s->atoms, &s->arena);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        atom_of(&s->atoms, keywords[i]);
    }
}

void session_free(struct session *s) {
    atoms_free(&s->atoms);
    arena_free(&s->trees);
    arena_free(&s->arena);
    *s = (struct session){0};
}
