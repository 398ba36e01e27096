/* mesh.c - the `mesh` block. */
#include "model/elab.h"

void mesh_read(struct elab *e)
{
    struct mesh *mesh = e->mesh;
    struct body body;
    mesh->decl.name = atom_of(&e->s->atoms, "mesh");
    if (e->mesh_block == NULL) {
        return;
    }
    body_of_block(e, e->mesh_block, NULL, &body);
    body_describe(e, &body, &e->mesh_block->item, &mesh->decl);
    if (e->mesh_block->name.text != NULL) {
        mesh->decl.name = mesh->decl.path = e->mesh_block->name.text;
        mesh->decl.at = e->mesh_block->name.span;
    }
    mesh->region = body_text(&body, "region");
    mesh->account_id = body_text(&body, "account");
    mesh->bucket = body_text(&body, "bucket");
    mesh->cross_account_version = body_amount(&body, "cross_account_version");
    for (const struct value *v = value_items(body_value(&body, "admins")); v != NULL; v = v->next) {
        struct principal *admin =
            names_principal(e, NULL, v, KINDS(KIND_ROLE) | KINDS(KIND_USER) | KINDS(KIND_TEAM));
        if (admin != NULL) {
            vec_push(e->arena, &mesh->admins, admin);
        }
    }
    mesh->recorder = body_bool(&body, "recorder", false);
    mesh->recorder_at = mesh->recorder ? body_value(&body, "recorder")->span : (struct span){0};
    struct declared *alerts = body_ref(e, &body, "alerts", KINDS(KIND_CHANNEL), NULL);
    mesh->alerts = alerts == NULL ? NULL : alerts->thing;
}
