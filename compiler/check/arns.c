/* arns.c - ARNs that the mesh gives for what is there already: of principals and channels. Each has
 * the parts of one and names what it is for; that it exists, only AWS knows. */
#include "check/areas.h"
#include "check/steps.h"

#include <string.h>

struct part {
    const char *text;
    size_t length;
};

struct arn { /* arn:PARTITION:SERVICE:REGION:ACCOUNT:NAME */
    struct part partition, service, region, account;
    const char *name;
};

static bool is(struct part part, const char *word)
{
    return part.length == strlen(word) && memcmp(part.text, word, part.length) == 0;
}

static bool is_account(struct part part)
{
    return part.length == 12 && strspn(part.text, "0123456789") >= 12;
}

/* No region and no account where the service has none. */
static bool take_apart(const char *text, struct arn *out)
{
    struct part *const parts[] = {&out->partition, &out->service, &out->region, &out->account};
    if (strncmp(text, "arn:", 4) != 0) {
        return false;
    }
    text += 4;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *end = strchr(text, ':');
        if (end == NULL ||
            strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") < (size_t)(end - text)) {
            return false;
        }
        *parts[i] = (struct part){text, (size_t)(end - text)};
        text = end + 1;
    }
    out->name = text;
    return strncmp(out->partition.text, "aws", 3) == 0 && out->service.length > 0 &&
           (out->account.length == 0 || is_account(out->account)) && *text != '\0';
}

/* Of what others name, a group of SAML say, no more is known than that people can read it. */
static bool is_readable(const char *name)
{
    for (const char *p = name; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 127) {
            return false;
        }
    }
    return true;
}

bool iam_name_is_formed(const char *name)
{
    const char *slash = strrchr(name, '/'), *last = slash == NULL ? name : slash + 1;
    for (const char *p = name; p < last; p++) {
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 127) {
            return false;
        }
    }
    return text_only(last, strlen(last), "_+=,.@-");
}

/* KIND/PATH/NAME */
static bool is_in_iam(const struct arn *arn, const char *kind)
{
    size_t length = strlen(kind);
    return is(arn->service, "iam") && is_account(arn->account) &&
           strncmp(arn->name, kind, length) == 0 && arn->name[length] == '/' &&
           iam_name_is_formed(arn->name + length + 1);
}

/* organization/o-ID, ou/o-ID/ou-ID (Organizations API: OrganizationId, OrganizationalUnitId). */
static bool is_organization(const struct arn *arn)
{
    const char *slash = strchr(arn->name, '/');
    return is(arn->service, "organizations") && is_account(arn->account) && slash != NULL &&
           strspn(slash, "abcdefghijklmnopqrstuvwxyz0123456789-/") == strlen(slash);
}

static bool fits(const struct principal *principal, const struct arn *arn)
{
    switch (principal->kind) {
    case PRINCIPAL_ROLE:
        return is_in_iam(arn, "role");
    case PRINCIPAL_USER: /* one of SAML or QuickSight is another kind of name */
        return strncmp(arn->name, "user/", 5) != 0 || !is(arn->service, "iam") ||
               is_in_iam(arn, "user");
    case PRINCIPAL_ORGANIZATION:
        return is_organization(arn);
    case PRINCIPAL_GROUP:
    case PRINCIPAL_ACCOUNT:
    case PRINCIPAL_TEAM:
    case PRINCIPAL_PIPELINE:
    case PRINCIPAL_FUNCTION:
    case PRINCIPAL_WAREHOUSE:
        break;
    }
    return true;
}

static void check_principal_arn(struct session *s, const struct principal *principal)
{
    static const char *const words[] = {[PRINCIPAL_ROLE] = "role",
                                        [PRINCIPAL_USER] = "user",
                                        [PRINCIPAL_GROUP] = "group",
                                        [PRINCIPAL_ORGANIZATION] = "organization or unit of one"};
    struct arn arn;
    const char *text = principal->arn.value;
    if (text == NULL || strncmp(text, "arn:", 4) != 0 || principal->kind > PRINCIPAL_ORGANIZATION) {
        return; /* none, or reported */
    }
    if (!take_apart(text, &arn) || !is_readable(arn.name) || !fits(principal, &arn)) {
        diag(s, D_NOT_AN_ARN, principal->arn.at, "this is the ARN of no %s",
             words[principal->kind]);
    }
}

/* SNS API: names of topics have up to 256 letters, digits, hyphens and underscores; those of a FIFO
 * topic end in .fifo. */
static void check_channel_arn(struct session *s, const struct channel *channel)
{
    struct arn arn;
    const char *text = channel->arn.value;
    if (text == NULL || strncmp(text, "arn:", 4) != 0) {
        return;
    }
    if (!take_apart(text, &arn) || !is(arn.service, "sns") || !is_account(arn.account) ||
        arn.region.length == 0 || strlen(arn.name) > 256 ||
        !text_only(arn.name, strlen(arn.name), "-_.")) {
        diag(s, D_NOT_AN_ARN, channel->arn.at, "this is the ARN of no topic of SNS");
    }
}

void check_arns(struct session *s, const struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->principals.len; i++) {
        check_principal_arn(s, mesh->principals.at[i]);
    }
    for (size_t i = 0; i < mesh->channels.len; i++) {
        check_channel_arn(s, mesh->channels.at[i]);
    }
}
