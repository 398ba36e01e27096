/* roles.h - whom a role that the mesh makes may trust: one answer for the check and the plan. */
#ifndef MESH_CHECK_ROLES_H
#define MESH_CHECK_ROLES_H

enum trusted {
    TRUSTED_SERVICE,  /* glue.amazonaws.com */
    TRUSTED_ACCOUNT,  /* 12 digits */
    TRUSTED_ARN,      /* of a role, user or account */
    TRUSTED_PROVIDER, /* of identities: needs conditions */
    TRUSTED_NOBODY,   /* none of these */
};

enum trusted trusted_kind(const char *text);

#endif
