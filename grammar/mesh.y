/* mesh.y - the grammar of the Mesh language (bison, LALR(1), no conflicts).
 *
 * Every action is one call of a builder (compiler/syntax/build.c). What keeps it small and free of conflicts: labels, paths
 * and @names are single tokens (mesh.l); the head word of a block and the verb of a step are looked up as soon as they are
 * read, and the '{' that follows comes as a token of its own for each form of body (recover.c). A state that ends in such
 * a word has one reduction and nothing else, so it is made before the next token is read.
 *
 * Recovery: each body takes `error SYNC`; SYNC comes from recover.c, which knows where it makes sense to go on. Left
 * recursion only. A value that is missing comes as NOVALUE, already reported. */
%require "3.8"
%define api.pure full
%define api.prefix {mesh_}
%define api.token.prefix {T_}
%define api.token.raw
%define api.location.type {struct span}
%define api.header.include {"parse.h"}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *ps}

%code requires {
#include "syntax/build.h"
}

%code provides {
int mesh_lex(MESH_STYPE *value, struct span *span, struct parse *ps);
}

%code {
#define YYLLOC_DEFAULT(current, rhs, n)                                                                                \
    ((current) = (n) ? (struct span){YYRHSLOC(rhs, 1).lo, YYRHSLOC(rhs, n).hi}                                         \
                     : (struct span){YYRHSLOC(rhs, 0).hi, YYRHSLOC(rhs, 0).hi})
static void mesh_error(struct span *span, struct parse *ps, const char *text);
}

%union {
    atom atom;
    struct name name;
    enum operator operator;
    struct value *value;
    struct item *item;
    struct block *block;
    struct step *step;
    struct access *access;
    struct expect *expect;
    struct every *every;
    struct part *part;
    struct annotation *annotation;
    struct type_expr *type;
    struct condition *condition;
    struct tag_test *test;
    struct target *target;
    struct items items;
    struct values values;
    struct annotations annotations;
    struct types types;
    struct conditions conditions;
    struct tests tests;
    struct parts parts;
}

%token END 0 "end of file"
%token <atom> WORD "name" PATH "path" LABEL "label" QLABEL "quoted label" ANNOTATION "annotation"
%token <value> STRING "text" LITERAL "literal"
%token OPEN "{" CLOSE "}" LBRACKET "[" RBRACKET "]" LPAREN "(" RPAREN ")" COMMA "," BAR "|" ASSIGN "="
%token EQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">="
%token OPEN_SCHEMA OPEN_STEPS OPEN_POLICY OPEN_QUALITY OPEN_STANDARD OPEN_PARALLEL OPEN_CHOOSE OPEN_POLL
%token NOVALUE SYNC
%token <atom>
    INCLUDE TYPE OF GRANT REQUEST FORBID EXPECT EVERY ANY ALL ON TO FOR EXCEPT WHERE UNTIL BECAUSE WITH OPTION MUST SHOULD
    HAVE IS IN MATCHES LIKE BETWEEN AND OR NOT REFERENCES DOMAIN DOMAINS TAGGED LOCATION CATALOG TAG LINK SCHEMA POLICY
    STANDARD PATCH QUALITY STEPS ON_FAILURE PARALLEL BRANCH MAP OVER POLL CHOOSE WHEN OTHERWISE TRY CATCH TRUE FALSE NULL

%%

file: %empty;

%%

/* Which tokens could stand here, exactly (LAC); the rest is done in expected.c. */
static int yyreport_syntax_error(const yypcontext_t *context, struct parse *ps)
{
    yysymbol_kind_t expected[YYNTOKENS];
    int kinds[YYNTOKENS], n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    for (int i = 0; i < n; i++)
        kinds[i] = (int)expected[i];
    (void)kinds;
    (void)ps;
    return 0;
}

/* Bison calls it only when its stack is full, which the limits on nesting prevent. */
static void mesh_error(struct span *span, struct parse *ps, const char *text)
{
    (void)text;
    ps->tree->complete = false;
    diag(ps->s, D_NESTING_TOO_DEEP, *span, "this nests too deep");
}
int mesh_lex(MESH_STYPE *value, struct span *span, struct parse *ps)
{
    struct lexeme token = scan_next(ps);
    value->atom = token.value.atom;
    *span = token.span;
    return token.kind;
}
