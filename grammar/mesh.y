/* mesh.y - the grammar of the Mesh language (bison, LALR(1), no conflicts).
 *
 * Every action is one call of a builder (compiler/syntax/build.c). What keeps it small and free of conflicts: labels, paths
 * and @names are single tokens (mesh.l); the head word of a block and the verb of a step are looked up as soon as they are
 * read, and the '{' that follows comes as a token of its own for each form of body (recover.c). A state that ends in such
 * a word has one reduction and nothing else, so it is made before the next token is read.
 *
 * Where much is read (columns, members, their values) a rule names the token itself, not a nonterminal that stands for it:
 * a reduction takes as long as the scanner takes for the word.
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
    const void *words[2]; /* how the scanner fills it */
    struct name name;
    enum operator operator;
    struct value *value;
    struct item *item;
    struct block *block;
    struct step_decl *step;
    struct access *access;
    struct expect *expect;
    struct every *every;
    struct part *part;
    struct annotation *annotation;
    struct annotation_state *annotation_state;
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
%token <atom> WORD "name" PATH "path" ANNOTATION "annotation"
%token <name> LABEL "label"
%token QLABEL /* a label in quotes on its way: the parser gets a LABEL */
%token <value> STRING "text" LITERAL "literal"
%token OPEN "{" CLOSE "}" LBRACKET "[" RBRACKET "]" LPAREN "(" RPAREN ")" COMMA "," BAR "|" ASSIGN "="
%token EQ "==" NE "!=" LT "<" LE "<=" GT ">" GE ">="
%token OPEN_SCHEMA OPEN_STEPS OPEN_POLICY OPEN_QUALITY OPEN_STANDARD OPEN_PARALLEL OPEN_CHOOSE OPEN_POLL
%token NOVALUE SYNC
%token <atom>
    INCLUDE TYPE OF GRANT REQUEST FORBID EXPECT EVERY ANY ALL ON TO FOR EXCEPT WHERE UNTIL BECAUSE WITH OPTION MUST SHOULD
    HAVE IS IN MATCHES LIKE BETWEEN AND OR NOT REFERENCES DOMAIN DOMAINS TAGGED LOCATION CATALOG TAG LINK SCHEMA POLICY
    STANDARD PATCH QUALITY STEPS ON_FAILURE PARALLEL BRANCH MAP OVER POLL CHOOSE WHEN OTHERWISE TRY CATCH TRUE FALSE NULL

/* After a head, a step's line or a poll's line the innermost recovery wins: its braces are still to come. */
%precedence SHORT
%precedence error

%type <atom> any_word plain block_word target_word logic_word head_word verb type_word condition_word call_word
%type <name> name reference head_name target_name column_name operand_name subject
%type <operator> comparison
%type <value> date value scalar literal constant list map call options_value operand condition_operand
%type <item> declaration member type_declaration step poll_attribute named_argument column
%type <items> attributes options columns steps poll_attributes statements expects rules body steps_block
%type <block> head bare named block_item
%type <annotation> annotation
%type <annotation_state> annotation_open annotation_list
%type <annotations> annotations
%type <type> type type_open type_argument
%type <types> type_arguments
%type <values> items_open items_bare arguments argument_list ladder choice alternatives names columns_list scalars
%type <step> step_line step_map step_poll poll_line polled
%type <part> branch when catch
%type <parts> branches whens catches
%type <access> access access_head
%type <target> target
%type <tests> tests tagged
%type <test> test
%type <expect> expect expect_metric
%type <every> every every_head
%type <condition> condition conjunction negation test_condition
%type <conditions> conditions

%%

file:
    declarations
;

declarations:
    %empty
|   declarations declaration            { add_declaration(ps, $2); }
|   declarations COMMA                  { stray_comma(ps, @2); }
|   declarations error SYNC             { yyerrok; }
;

declaration: block_item { $$ = &$1->item; } | type_declaration;

/* ---- blocks ---- */

block_item:
    bare body                           { $$ = block_end(ps, $1, $2, @2, @$); }
|   bare error SYNC body                { $$ = block_end(ps, $1, $4, @4, @$); }
|   bare error SYNC                     { $$ = block_short(ps, $1, @$); }
|   named body                          { $$ = block_end(ps, $1, $2, @2, @$); }
|   named %prec SHORT                   { $$ = block_short(ps, $1, @$); }
;

head: head_word                         { $$ = block_begin(ps, $1, @1); };

bare: head | bare annotation            { $$ = block_annotation(ps, $1, $2); };

named:
    head head_name                      { $$ = block_name(ps, $1, $2); }
|   named OF reference                  { $$ = block_of(ps, $1, $3); }
|   named annotation                    { $$ = block_annotation(ps, $1, $2); }
|   named error SYNC
;

body:
    OPEN attributes CLOSE               { $$ = $2; }
|   OPEN_SCHEMA columns CLOSE           { $$ = $2; }
|   OPEN_STEPS steps CLOSE              { $$ = $2; }
|   OPEN_POLICY statements CLOSE        { $$ = $2; }
|   OPEN_QUALITY expects CLOSE          { $$ = $2; }
|   OPEN_STANDARD rules CLOSE           { $$ = $2; }
;

attributes:
    %empty                              { $$ = (struct items){0}; }
|   attributes member                   { $$ = add_item(ps, $1, $2); }
|   attributes block_item               { $$ = add_item(ps, $1, &$2->item); }
|   attributes type_declaration         { $$ = add_item(ps, $1, misplaced_type(ps, $2)); }
|   attributes COMMA                    { $$ = separate(ps, $1, @2); }
|   attributes error SYNC               { yyerrok; }
;

member:
    LABEL scalar                        { $$ = make_member(ps, $1, $2, @$); }
|   LABEL list                          { $$ = make_member(ps, $1, $2, @$); }
|   LABEL map                           { $$ = make_member(ps, $1, $2, @$); }
|   LABEL options_value                 { $$ = make_member(ps, $1, $2, @$); }
|   LABEL ladder                        { $$ = make_member(ps, $1, make_list(ps, VALUE_LADDER, $2, @2), @$); }
|   LABEL choice                        { $$ = make_member(ps, $1, make_list(ps, VALUE_CHOICE, $2, @2), @$); }
;

options_value:
    scalar options                      { $$ = with_options(ps, $1, $2); }
|   list options                        { $$ = with_options(ps, $1, $2); }
;

options: OPEN attributes CLOSE          { $$ = $2; };

type_declaration:
    TYPE name ASSIGN type               { $$ = make_type_declaration(ps, $2, $4, (struct annotations){0}, @$); }
|   TYPE name ASSIGN type annotations   { $$ = make_type_declaration(ps, $2, $4, $5, @$); }
;

/* ---- values ---- */

value: scalar | list | map;

scalar:
    STRING | LITERAL | constant | call
|   WORD                                { $$ = make_path(ps, $1, @1); }
|   PATH                                { $$ = make_path(ps, $1, @1); }
|   plain                               { $$ = make_path(ps, $1, @1); }
|   target_word                         { $$ = make_path(ps, $1, @1); }
|   logic_word                          { $$ = make_path(ps, $1, @1); }
|   UNTIL                               { $$ = make_path(ps, $1, @1); }
|   INCLUDE                             { $$ = make_path(ps, $1, @1); }
|   NOVALUE                             { $$ = missing_value(ps, @1); }
;

literal: STRING | LITERAL | constant;

constant:
    TRUE                                { $$ = make_bool(ps, true, @1); }
|   FALSE                               { $$ = make_bool(ps, false, @1); }
|   NULL                                { $$ = make_null(ps, @1); }
;

call:
    call_word LPAREN arguments RPAREN   { $$ = make_call(ps, $1, @1, $3, @$); }
;

call_word: EVERY | WORD;

arguments: %empty { $$ = (struct values){0}; } | argument_list;

argument_list:
    value                               { $$ = first_value($1); }
|   argument_list COMMA value           { $$ = add_value($1, $3); }
;

map: OPEN attributes CLOSE              { $$ = make_map(ps, $2, @$); };

/* Braces after a bare item are its options, elsewhere they are a map. */
list:
    items_open RBRACKET                 { $$ = make_list(ps, VALUE_LIST, $1, @$); }
|   items_bare RBRACKET                 { $$ = make_list(ps, VALUE_LIST, $1, @$); }
;

items_open:
    LBRACKET                            { $$ = (struct values){0}; }
|   items_open COMMA                    { $$ = list_comma(ps, $1, @2); }
|   items_open map                      { $$ = add_value($1, $2); }
|   items_open list                     { $$ = add_value($1, $2); }
|   items_bare COMMA                    { $$ = list_comma(ps, $1, @2); }
|   items_bare list                     { $$ = add_value($1, $2); }
|   items_bare options                  { $$ = list_options(ps, $1, $2); }
;

items_bare:
    items_open scalar                   { $$ = add_value($1, $2); }
|   items_bare scalar                   { $$ = add_value($1, $2); }
;

ladder:
    scalar LT scalar                    { $$ = add_value(first_value($1), $3); }
|   ladder LT scalar                    { $$ = add_value($1, $3); }
;

choice:
    scalar BAR scalar                   { $$ = add_value(first_value($1), $3); }
|   choice BAR scalar                   { $$ = add_value($1, $3); }
;

alternatives: scalar { $$ = first_value($1); } | choice;

scalars:
    scalar                              { $$ = first_value($1); }
|   scalars COMMA scalar                { $$ = add_value($1, $3); }
;

/* ---- annotations and types ---- */

annotations:
    annotation                          { $$ = add_annotation((struct annotations){0}, $1); }
|   annotations annotation              { $$ = add_annotation($1, $2); }
;

annotation:
    ANNOTATION                          { $$ = make_annotation(ps, $1, @1); }
|   annotation_list RPAREN              { $$ = annotation_end($1, @$); }
;

annotation_open: ANNOTATION LPAREN      { $$ = annotation_begin(ps, $1, @1); };

annotation_list:
    annotation_open value               { $$ = annotation_value($1, $2); }
|   annotation_open named_argument      { $$ = annotation_member($1, $2); }
|   annotation_list COMMA value         { $$ = annotation_value($1, $3); }
|   annotation_list COMMA named_argument { $$ = annotation_member($1, $3); }
;

named_argument:
    LABEL value                         { $$ = make_member(ps, $1, $2, @$); }
|   LABEL choice                        { $$ = make_member(ps, $1, make_list(ps, VALUE_CHOICE, $2, @2), @$); }
;

columns:
    %empty                              { $$ = (struct items){0}; }
|   columns column                      { $$ = add_item(ps, $1, $2); }
|   columns COMMA                       { $$ = separate(ps, $1, @2); }
|   columns error SYNC                  { yyerrok; }
;

column:
    LABEL type                          { $$ = make_column(ps, $1, $2, (struct annotations){0}, @$); }
|   LABEL type annotations              { $$ = make_column(ps, $1, $2, $3, @$); }
|   INCLUDE reference                   { $$ = make_include(ps, $2, @$); }
;

type:
    WORD                                { $$ = make_type(ps, $1, @1); }
|   type_word                           { $$ = make_type(ps, $1, @1); }
|   WORD LPAREN argument_list RPAREN    { $$ = type_numbers(ps, make_type(ps, $1, @1), $3, @$); }
|   type_word LPAREN argument_list RPAREN { $$ = type_numbers(ps, make_type(ps, $1, @1), $3, @$); }
|   type_open type_arguments GT         { $$ = type_end(ps, $1, $2, @$); }
|   NOVALUE                             { $$ = missing_type(ps, @1); }
;

type_open:
    WORD LT                             { $$ = type_begin(ps, $1, @1, @2); }
|   type_word LT                        { $$ = type_begin(ps, $1, @1, @2); }
;

type_arguments:
    type_argument                       { $$ = first_type($1); }
|   type_arguments COMMA type_argument  { $$ = add_type($1, $3); }
;

type_argument: type | LABEL type        { $$ = type_field(ps, $1, $2, @$); };

type_word: PATH | plain | target_word | logic_word | UNTIL;

/* ---- steps ---- */

steps:
    %empty                              { $$ = (struct items){0}; }
|   steps step                          { $$ = add_item(ps, $1, $2); }
|   steps COMMA                         { $$ = separate(ps, $1, @2); }
|   steps error SYNC                    { yyerrok; }
;

step:
    step_line %prec SHORT               { $$ = step_end(ps, $1, @$); }
|   step_line options                   { $$ = step_options(ps, $1, $2, @$); }
|   step_line OPEN_PARALLEL branches CLOSE { $$ = step_parts(ps, $1, $3, @$); }
|   step_line OPEN_CHOOSE whens CLOSE   { $$ = step_parts(ps, $1, $3, @$); }
|   step_line steps_block               { $$ = step_try(ps, $1, $2, @2, (struct parts){0}, @$); }
|   step_line steps_block catches       { $$ = step_try(ps, $1, $2, @2, $3, @$); }
|   poll_line %prec SHORT               { $$ = poll_end(ps, $1, (struct items){0}, false, @$); }
|   poll_line OPEN_POLL poll_attributes CLOSE { $$ = poll_end(ps, $1, $3, true, @$); }
;

step_line:
    LABEL verb                          { $$ = step_begin(ps, $1, $2, @2); }
|   LABEL NOVALUE                       { $$ = step_empty(ps, $1, @2); }
|   step_map OVER operand               { $$ = step_operand($1, $3); }
|   step_map error SYNC
|   step_line operand                   { $$ = step_operand($1, $2); }
|   step_line UNTIL operand             { $$ = step_until(ps, $1, $3, @2); }
|   step_line error SYNC
;

step_map: LABEL MAP                     { $$ = step_begin(ps, $1, $2, @2); };

step_poll: LABEL POLL                   { $$ = step_begin(ps, $1, $2, @2); };

polled: step_poll verb                  { $$ = poll_begin(ps, $1, $2, @2); };

poll_line:
    polled
|   step_poll error SYNC
|   poll_line operand                   { $$ = poll_operand($1, $2); }
|   poll_line error SYNC
;

verb: WORD | PARALLEL | CHOOSE | TRY;

operand:
    literal | call | list
|   operand_name                        { $$ = make_operand(ps, $1); }
;

operand_name:
    WORD                                { $$ = word_name($1, @1); }
|   PATH                                { $$ = word_name($1, @1); }
|   plain                               { $$ = word_name($1, @1); }
|   target_word                         { $$ = word_name($1, @1); }
|   logic_word                          { $$ = word_name($1, @1); }
|   INCLUDE                             { $$ = word_name($1, @1); }
;

steps_block: OPEN_STEPS steps CLOSE     { $$ = $2; };

branches:
    %empty                              { $$ = (struct parts){0}; }
|   branches branch                     { $$ = add_part($1, $2); }
|   branches error SYNC                 { yyerrok; }
;

branch:
    branch_word name steps_block        { $$ = make_part(ps, PART_BRANCH, $2, NULL, NULL, $3, @$); }
;

branch_word: BRANCH                     { steps_follow(ps); };

whens:
    %empty                              { $$ = (struct parts){0}; }
|   whens when                          { $$ = add_part($1, $2); }
|   whens error SYNC                    { yyerrok; }
;

when:
    when_word condition steps_block     { $$ = make_part(ps, PART_WHEN, no_name(), $2, NULL, $3, @$); }
|   otherwise_word steps_block          { $$ = make_part(ps, PART_OTHERWISE, no_name(), NULL, NULL, $2, @$); }
;

when_word: WHEN                         { steps_follow(ps); };

otherwise_word: OTHERWISE               { steps_follow(ps); };

catches:
    catch                               { $$ = first_part($1); }
|   catches catch                       { $$ = add_part($1, $2); }
;

catch:
    catch_word list steps_block         { $$ = make_part(ps, PART_CATCH, no_name(), NULL, $2, $3, @$); }
|   catch_word steps_block              { $$ = make_part(ps, PART_CATCH, no_name(), NULL, NULL, $2, @$); }
;

catch_word: CATCH                       { steps_follow(ps); };

poll_attributes:
    %empty                              { $$ = (struct items){0}; }
|   poll_attributes poll_attribute      { $$ = add_item(ps, $1, $2); }
|   poll_attributes COMMA               { $$ = separate(ps, $1, @2); }
|   poll_attributes error SYNC          { yyerrok; }
;

poll_attribute:
    LABEL condition                     { $$ = make_member(ps, $1, make_condition_value(ps, $2), @$); }
|   LABEL list                          { $$ = make_member(ps, $1, $2, @$); }
|   LABEL map                           { $$ = make_member(ps, $1, $2, @$); }
|   block_item                          { $$ = &$1->item; }
;

/* ---- conditions ---- */

condition: conjunction | condition OR conjunction { $$ = make_logic(ps, OP_OR, $1, $3, @$); };

conjunction: negation | conjunction AND negation { $$ = make_logic(ps, OP_AND, $1, $3, @$); };

negation: test_condition | NOT test_condition { $$ = make_logic(ps, OP_NOT, $2, NULL, @$); };

test_condition:
    condition_operand                   { $$ = make_test(ps, OP_VALUE, $1, NULL, @$); }
|   condition_operand comparison condition_operand { $$ = make_test(ps, $2, $1, $3, @$); }
|   condition_operand LIKE condition_operand { $$ = make_test(ps, OP_LIKE, $1, $3, @$); }
|   condition_operand IN list           { $$ = make_test(ps, OP_IN, $1, $3, @$); }
|   condition_operand IS name           { $$ = make_is(ps, $1, $3, @$); }
|   condition_operand IS NULL           { $$ = make_is(ps, $1, word_name($3, @3), @$); }
|   LPAREN condition RPAREN             { $$ = parenthesized($2, @$); }
;

condition_operand:
    literal | call
|   condition_word                      { $$ = make_path(ps, $1, @1); }
|   NOVALUE                             { $$ = missing_value(ps, @1); }
;

condition_word: WORD | PATH | plain | target_word | UNTIL | INCLUDE;

conditions:
    condition                           { $$ = first_condition($1); }
|   conditions COMMA condition          { $$ = add_condition($1, $3); }
;

comparison:
    EQ { $$ = OP_EQ; } | NE { $$ = OP_NE; } | LT { $$ = OP_LT; } | LE { $$ = OP_LE; } | GT { $$ = OP_GT; }
|   GE { $$ = OP_GE; }
;

/* ---- policy ---- */

statements:
    %empty                              { $$ = (struct items){0}; }
|   statements access                   { $$ = add_item(ps, $1, access_end(ps, $2)); }
|   statements member                   { $$ = add_item(ps, $1, $2); }
|   statements member COMMA             { $$ = add_item(ps, $1, $2); }
|   statements error SYNC               { yyerrok; }
;

access_head:
    GRANT names ON target               { $$ = access_begin(ps, ACCESS_GRANT, $2, $4, @$); }
|   FORBID names ON target              { $$ = access_begin(ps, ACCESS_FORBID, $2, $4, @$); }
;

access:
    access_head TO names                { $$ = access_to($1, $3, @$); }
|   REQUEST names ON target FOR names   { $$ = access_to(access_begin(ps, ACCESS_REQUEST, $2, $4, @$), $6, @$); }
|   access EXCEPT names                 { $$ = access_except(ps, $1, $3, @2, @$); }
|   access WHERE STRING                 { $$ = access_where(ps, $1, $3, @2, @$); }
|   access UNTIL date                   { $$ = access_until(ps, $1, $3, @2, @$); }
|   access BECAUSE STRING               { $$ = access_because(ps, $1, $3, @2, @$); }
|   access WITH GRANT OPTION            { $$ = access_option(ps, $1, NULL, span_join(@2, @4), @$); }
|   access WITH GRANT OPTION LPAREN names RPAREN { $$ = access_option(ps, $1, $6.first, span_join(@2, @7), @$); }
|   access annotation                   { $$ = access_annotation($1, $2, @$); }
;

date: LITERAL | STRING;

names:
    reference                           { $$ = first_value(make_operand(ps, $1)); }
|   names COMMA reference               { $$ = add_value($1, make_operand(ps, $3)); }
;

target:
    target_name                         { $$ = make_target(ps, TARGET_PATH, $1, @$); }
|   target_name LPAREN columns_list RPAREN { $$ = target_columns(ps, make_target(ps, TARGET_PATH, $1, @$), @1, @2, $3); }
|   target_name EXCEPT LPAREN columns_list RPAREN { $$ = target_except(make_target(ps, TARGET_PATH, $1, @$), $4); }
|   DOMAIN reference                    { $$ = make_target(ps, TARGET_DOMAIN, $2, @$); }
|   tagged                              { $$ = target_tests(ps, TARGET_TAGGED, $1, @$); }
|   DOMAINS tagged                      { $$ = target_tests(ps, TARGET_DOMAINS_TAGGED, $2, @$); }
|   LOCATION STRING                     { $$ = make_target(ps, TARGET_LOCATION, text_name($2), @$); }
|   CATALOG                             { $$ = make_target(ps, TARGET_CATALOG, no_name(), @$); }
|   TAG reference                       { $$ = make_target(ps, TARGET_TAG, $2, @$); }
|   TAG reference LPAREN scalars RPAREN { $$ = target_values(make_target(ps, TARGET_TAG, $2, @$), $4); }
|   LINK reference                      { $$ = make_target(ps, TARGET_LINK, $2, @$); }
;

target_name:
    WORD                                { $$ = word_name($1, @1); }
|   PATH                                { $$ = word_name($1, @1); }
|   plain                               { $$ = word_name($1, @1); }
|   logic_word                          { $$ = word_name($1, @1); }
|   UNTIL                               { $$ = word_name($1, @1); }
|   INCLUDE                             { $$ = word_name($1, @1); }
;

tagged: TAGGED LPAREN tests RPAREN      { $$ = $3; };

tests:
    test                                { $$ = first_test($1); }
|   tests COMMA test                    { $$ = add_test($1, $3); }
;

test:
    LABEL alternatives                  { $$ = make_tag_test(ps, $1, OP_EQ, $2, @$); }
|   column_name comparison scalar       { $$ = make_tag_test(ps, $1, $2, first_value($3), @$); }
;

columns_list:
    column_name                         { $$ = first_value(make_operand(ps, $1)); }
|   columns_list COMMA column_name      { $$ = add_value($1, make_operand(ps, $3)); }
;

/* ---- quality ---- */

expects:
    %empty                              { $$ = (struct items){0}; }
|   expects expect                      { $$ = add_item(ps, $1, expect_end(ps, $2)); }
|   expects member                      { $$ = add_item(ps, $1, $2); }
|   expects member COMMA                { $$ = add_item(ps, $1, $2); }
|   expects error SYNC                  { yyerrok; }
;

expect:
    EXPECT column_name IS name          { $$ = expect_is(ps, first_value(make_operand(ps, $2)), $4, @$); }
|   EXPECT LPAREN columns_list RPAREN IS name { $$ = expect_is(ps, $3, $6, @$); }
|   EXPECT column_name comparison scalar { $$ = expect_compare(ps, $2, $3, $4, @$); }
|   EXPECT column_name IN list          { $$ = expect_in(ps, $2, $4, @$); }
|   EXPECT column_name MATCHES STRING   { $$ = expect_matches(ps, $2, $4, @$); }
|   EXPECT column_name BETWEEN scalar AND scalar { $$ = expect_between(ps, $2, $4, $6, @$); }
|   expect_metric comparison scalar     { $$ = metric_compare($1, $2, $3, @$); }
|   expect_metric BETWEEN scalar AND scalar { $$ = metric_between($1, $3, $5, @$); }
|   EXPECT column_name REFERENCES reference LPAREN columns_list RPAREN
        { $$ = expect_references(ps, first_value(make_operand(ps, $2)), $4, $6, @$); }
|   EXPECT LPAREN columns_list RPAREN REFERENCES reference LPAREN columns_list RPAREN
        { $$ = expect_references(ps, $3, $6, $8, @$); }
|   EXPECT WORD STRING comparison scalar { $$ = expect_sql(ps, $2, @2, $3, $4, $5, @$); }
|   ANY expect_open expects CLOSE       { $$ = expect_group(ps, EXPECT_ANY, $3, @$); }
|   ALL expect_open expects CLOSE       { $$ = expect_group(ps, EXPECT_ALL, $3, @$); }
|   expect WHERE STRING                 { $$ = expect_where(ps, $1, $3, @2, @$); }
|   expect annotation                   { $$ = expect_annotation($1, $2, @$); }
;

expect_open: OPEN_QUALITY;

expect_metric:
    EXPECT column_name LPAREN RPAREN    { $$ = make_metric(ps, $2, (struct values){0}, @$); }
|   EXPECT column_name LPAREN columns_list RPAREN { $$ = make_metric(ps, $2, $4, @$); }
;

/* ---- standard ---- */

rules:
    %empty                              { $$ = (struct items){0}; }
|   rules every                         { $$ = add_item(ps, $1, every_end(ps, $2)); }
|   rules member                        { $$ = add_item(ps, $1, $2); }
|   rules member COMMA                  { $$ = add_item(ps, $1, $2); }
|   rules error SYNC                    { yyerrok; }
;

every_head:
    EVERY subject                       { $$ = every_begin(ps, $2, NULL); }
|   EVERY subject WHERE condition       { $$ = every_begin(ps, $2, $4); }
;

every:
    every_head MUST HAVE conditions     { $$ = every_have($1, true, $4, @$); }
|   every_head SHOULD HAVE conditions   { $$ = every_have($1, false, $4, @$); }
|   every BECAUSE STRING                { $$ = every_because(ps, $1, $3, @2, @$); }
|   every annotation                    { $$ = every_annotation($1, $2, @$); }
;

subject: name;

/* ---- names ---- */

name:
    any_word                            { $$ = word_name($1, @1); }
|   STRING                              { $$ = text_name($1); }
;

/* of something declared: never quoted, and none of the words that begin a statement */
reference:
    any_word                            { $$ = word_name($1, @1); }
|   PATH                                { $$ = word_name($1, @1); }
;

head_name: name | PATH                  { $$ = word_name($1, @1); };

column_name: name | PATH                { $$ = word_name($1, @1); };

any_word: WORD | plain | target_word | logic_word | UNTIL | INCLUDE;

head_word: WORD | block_word | target_word;

/* Keywords as names: all but grant, request, forbid, expect, every. `plain` are those that nowhere need care. */
plain:
    block_word | ANY | ALL | ON | TO | FOR | EXCEPT | WHERE | BECAUSE | WITH | OPTION | MUST | SHOULD | HAVE | IS | IN
|   MATCHES | LIKE | BETWEEN | REFERENCES | PARALLEL | BRANCH | MAP | OVER | POLL | CHOOSE | WHEN | OTHERWISE | TRY | CATCH
;

block_word: SCHEMA | POLICY | STANDARD | PATCH | QUALITY | STEPS | ON_FAILURE;

target_word: DOMAIN | DOMAINS | TAGGED | LOCATION | CATALOG | TAG | LINK;

logic_word: AND | OR | NOT | OF | TYPE;

%%

/* Which tokens could stand here, exactly (LAC); the rest is done in expected.c. */
static int yyreport_syntax_error(const yypcontext_t *context, struct parse *ps)
{
    yysymbol_kind_t expected[YYNTOKENS];
    int kinds[YYNTOKENS], n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
    for (int i = 0; i < n; i++)
        kinds[i] = (int)expected[i];
    syntax_error(ps, kinds, (size_t)(n < 0 ? 0 : n));
    return 0;
}

/* Bison calls it only when its stack is full, which the limits on nesting prevent. */
static void mesh_error(struct span *span, struct parse *ps, const char *text)
{
    (void)text;
    ps->tree->complete = false;
    diag(ps->s, D_NESTING_TOO_DEEP, *span, "this nests too deep");
}
