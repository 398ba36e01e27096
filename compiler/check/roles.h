/* roles.h - of roles that the mesh makes: whom they may trust, and which texts IAM takes about
 * them: one answer for the check and the plan. */
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

/* The first character that IAM takes in no description of a role (it takes those of Latin-1 that
 * are printed, tabs and ends of lines: IAM API, CreateRole); NULL: there is none. */
const char *unknown_to_iam(const char *text);

#endif
