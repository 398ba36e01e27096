/* template.c - a stack as a CloudFormation template in JSON. */
#include "emit/template.h"

static json *resource_tree(struct resource *resource)
{
    json *tree = json_object();
    json_set_text(tree, "Type", resource->type);
    json_set_text(tree, "DependsOn", resource->depends_on);
    if (resource->retain) {
        json_set_text(tree, "DeletionPolicy", "Retain");
        json_set_text(tree, "UpdateReplacePolicy", "Retain");
    }
    json_set(tree, "Properties", resource->properties);
    resource->properties = NULL;
    return tree;
}

void emit_template(struct buf *out, struct stack *stack)
{
    json *tree = json_object();
    json_set_text(tree, "AWSTemplateFormatVersion", "2010-09-09");
    json_set_text(tree, "Description", stack->description);
    json *resources = json_set(tree, "Resources", json_object());
    for (size_t i = 0; i < stack->resources.len; i++) {
        struct resource *resource = &stack->resources.at[i];
        json_set(resources, resource->id, resource_tree(resource));
    }
    json_write(out, tree);
    buf_putc(out, '\n');
    json_free(tree);
}
