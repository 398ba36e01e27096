/* template.c - a stack as a CloudFormation template in JSON. */
#include "emit/template.h"

static json *resource_tree(struct plan *plan, const struct resource *resource)
{
    json *tree = json_object(&plan->scratch);
    json_set_text(tree, "Type", resource->type);
    if (resource->after.len) {
        json *list = json_set_array(tree, "DependsOn");
        for (size_t i = 0; i < resource->after.len; i++)
            json_add_text(list, resource->after.at[i]);
    } else {
        json_set_text(tree, "DependsOn", resource->depends_on);
    }
    if (resource->retain) {
        json_set_text(tree, "DeletionPolicy", "Retain");
        json_set_text(tree, "UpdateReplacePolicy", "Retain");
    }
    json_set(tree, "Properties", resource->properties);
    return tree;
}

void emit_template(struct buf *out, struct plan *plan, const struct stack *stack)
{
    json *tree = json_object(&plan->scratch);
    json_set_text(tree, "AWSTemplateFormatVersion", "2010-09-09");
    json_set_text(tree, "Description", stack->description);
    json *resources = json_set_object(tree, "Resources");
    for (size_t i = 0; i < stack->resources.len; i++) {
        const struct resource *resource = &stack->resources.at[i];
        json_set(resources, resource->id, resource_tree(plan, resource));
    }
    json_write(out, tree);
    buf_putc(out, '\n');
}
