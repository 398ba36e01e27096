#!/usr/bin/env node
// Judge: properties of every template against the AWS CDK's service specification: they exist, required ones are there,
// values have the shape; references name what is there, attributes are those of the type, nothing goes in a circle, and
// the limits of a template hold. Fast enough for thousands of resources, so it also judges the random meshes.
import { readFileSync } from 'node:fs';
import { judge, templates } from './report.mjs';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const limits = { resources: 500, bytes: 1_000_000, parameters: 200, outputs: 200, mappings: 200, id: 255 };
const pseudo = /^AWS::(AccountId|NotificationARNs|NoValue|Partition|Region|StackId|StackName|URLSuffix)$/;

const intrinsic = (value) => {
  const keys = value && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::')) ? keys[0] : null;
};
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

// Complaints of one value against one type of the specification; `null` types (unions of one) come out as they are.
class Shapes {
  constructor(db) { this.db = db; }

  resource(type) { return this.db.lookup('resource', 'cloudFormationType', 'equals', type)[0]; }

  members(value, properties, at, out) {
    if (!isObject(value)) return out.push(`${at} is no object`);
    for (const [name, member] of Object.entries(value)) {
      const property = properties[name];
      if (!property) out.push(`${at} has no property ${name}`);
      else this.value(member, property.type, `${at}.${name}`, out);
    }
    for (const [name, property] of Object.entries(properties)) {
      if (property.required && value[name] === undefined) out.push(`${at} lacks ${name}`);
    }
  }

  value(value, type, at, out) {
    if (intrinsic(value)) return;
    switch (type.type) {
      case 'ref': {
        const definition = this.db.get('typeDefinition', type.reference.$ref);
        // A definition without properties is an object of free form.
        if (Object.keys(definition.properties).length) this.members(value, definition.properties, at, out);
        else if (!isObject(value)) out.push(`${at} is no object`);
        return;
      }
      case 'array':
        if (!Array.isArray(value)) out.push(`${at} is no list`);
        else value.forEach((item, i) => this.value(item, type.element, `${at}[${i}]`, out));
        return;
      case 'map':
        if (!isObject(value)) out.push(`${at} is no map`);
        else for (const [key, item] of Object.entries(value)) this.value(item, type.element, `${at}.${key}`, out);
        return;
      case 'union': {
        const attempts = type.types.map((one) => { const mine = []; this.value(value, one, at, mine); return mine; });
        if (!attempts.some((mine) => !mine.length)) out.push(...attempts.sort((a, b) => a.length - b.length)[0]);
        return;
      }
      case 'string':
        if (typeof value !== 'string') out.push(`${at} is no text`);
        else if (type.allowedValues && !type.allowedValues.includes(value)) out.push(`${at}: '${value}' is none of ${type.allowedValues}`);
        return;
      case 'number':
      case 'integer':
        if (typeof value !== 'number' || (type.type === 'integer' && !Number.isInteger(value))) out.push(`${at} is no ${type.type}`);
        return;
      case 'boolean':
        if (typeof value !== 'boolean') out.push(`${at} is no truth`);
        return;
      case 'json':
        if (typeof value !== 'object' && typeof value !== 'string') out.push(`${at} is no JSON`);
        return;
      case 'date-time':
        if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) out.push(`${at} is no time`);
        return;
      case 'tag': {
        if (!isObject(value) || typeof value.Key !== 'string' || !(typeof value.Value === 'string' || intrinsic(value.Value))) out.push(`${at} is no tag`);
        return;
      }
      default:
        out.push(`${at}: this judge does not know the type ${type.type}`);
    }
  }

  attributes(type) {
    const resource = this.resource(type);
    return new Set([...Object.keys(resource?.attributes ?? {}), ...(resource?.primaryIdentifier ?? [])]);
  }
}

// Every reference below a value: {to, attribute} with the names that Fn::Sub brings along.
function* references(value) {
  if (Array.isArray(value)) for (const item of value) yield* references(item);
  if (!isObject(value)) return;
  const name = intrinsic(value);
  if (name === 'Ref') return yield { to: value.Ref };
  if (name === 'Fn::GetAtt') {
    const [to, ...rest] = Array.isArray(value[name]) ? value[name] : value[name].split('.');
    return yield { to, attribute: rest.join('.') };
  }
  if (name === 'Fn::ImportValue') yield { to: 'Fn::ImportValue' };
  if (name === 'Fn::Sub') {
    const [text, own] = Array.isArray(value[name]) ? value[name] : [value[name], {}];
    if (typeof text !== 'string') return yield { to: 'a text of Fn::Sub' };
    for (const [, inside] of text.matchAll(/\$\{([^!][^}]*)\}/g)) {
      if (own[inside] !== undefined) continue;
      const dot = inside.indexOf('.');
      yield dot < 0 ? { to: inside } : { to: inside.slice(0, dot), attribute: inside.slice(dot + 1) };
    }
    return yield* references(Object.values(own));
  }
  for (const item of Object.values(value)) yield* references(item);
}

function circles(edges) {
  const state = new Map();
  const found = [];
  for (const start of edges.keys()) {
    const path = [[start, [...edges.get(start)]]];
    if (state.get(start)) continue;
    state.set(start, 1);
    while (path.length) {
      const [node, left] = path[path.length - 1];
      const next = left.pop();
      if (next === undefined) { state.set(node, 2); path.pop(); continue; }
      if (state.get(next) === 1) found.push(`${node} and ${next} depend on each other`);
      else if (!state.get(next)) { state.set(next, 1); path.push([next, [...edges.get(next)]]); }
    }
  }
  return found;
}

export function complaintsOf(text, shapes) {
  const out = [];
  const template = JSON.parse(text);
  const resources = template.Resources ?? {};
  const count = (member, most) => {
    const n = Object.keys(template[member] ?? {}).length;
    if (n > most) out.push(`${n} of ${most} ${member}`);
  };
  count('Resources', limits.resources);
  count('Parameters', limits.parameters);
  count('Outputs', limits.outputs);
  count('Mappings', limits.mappings);
  if (!Object.keys(resources).length) out.push('no resource');
  if (Buffer.byteLength(text) > limits.bytes) out.push(`${Buffer.byteLength(text)} of ${limits.bytes} bytes`);
  const edges = new Map();
  for (const [id, resource] of Object.entries(resources)) {
    if (!/^[A-Za-z0-9]+$/.test(id) || id.length > limits.id) out.push(`${id} is no logical id`);
    const type = resource.Type?.startsWith('Custom::') ? null : shapes.resource(resource.Type);
    if (type) shapes.members(resource.Properties ?? {}, type.properties, id, out);
    else if (type === undefined) out.push(`${id}: there is no type ${resource.Type}`);
    const to = new Set();
    for (const one of [].concat(resource.DependsOn ?? [])) {
      if (resources[one]) to.add(one);
      else out.push(`${id} depends on ${one}, which is not there`);
    }
    for (const { to: one, attribute } of references(resource)) {
      if (pseudo.test(one)) continue;
      if (template.Parameters?.[one] && !attribute) continue;
      if (!resources[one]) { out.push(`${id} refers to ${one}, which is not there`); continue; }
      if (attribute && shapes.resource(resources[one].Type) && !shapes.attributes(resources[one].Type).has(attribute)) out.push(`${id} asks ${one} for ${attribute}, which ${resources[one].Type} has not`);
      to.add(one);
    }
    edges.set(id, to);
  }
  return out.concat(circles(edges));
}

export async function shapesFrom(need) {
  const { loadAwsServiceSpecSync } = await need('@aws-cdk/aws-service-spec');
  return new Shapes(loadAwsServiceSpecSync());
}

if (process.argv[1] === import.meta.filename) {
  await judge('service-spec', async (say, builds, need) => {
    const shapes = await shapesFrom(need);
    for (const build of builds) for (const path of templates(build)) say.verdict(path, complaintsOf(readFileSync(path, 'utf8'), shapes));
  });
}
