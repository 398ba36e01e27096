/* rulesets.h - what a ruleset of the Data Catalog can say: one answer for the reports of rulesets.c
 * and for the rulesets that plan/quality.c writes. */
#ifndef MESH_CHECK_RULESETS_H
#define MESH_CHECK_RULESETS_H

#include "model/model.h"

/* Can a ruleset hold the rule? Not when it, or a member of its group, compares with another table,
 * and not when nothing stands in it. */
bool rule_in_ruleset(const struct rule *rule);
/* Has the table a rule that a ruleset can hold? */
bool has_ruleset(const struct output *output);

#endif
