#!/usr/bin/env node
// First the roles: the actions of each made role, with their resources, are exactly those of rights.json, which is written
// from AWS's documentation, not from the compiler. What every machine has (logs and traces) is left out of it.
// Then runs machines whose way depends on data: the path of states, what each task is given, how often it is called, what
// comes out, compared with cases.json, which says what the mesh beside it says. Usage: run-flows.mjs BUILD_DIR FOLDER
//
// A case: input; tasks {state: [answers in order, the last one repeated; {"fails": "Error"} fails]}; path (states of the
// machine itself), given (what a task gets), calls, output, end (default SUCCEEDED), error; items {map: list} stands for what
// a distributed map reads, which the interpreter does not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { loadMachine } from '../judges/report.mjs';

Promise.withResolvers ??= () => { const d = {}; d.promise = new Promise((a, b) => { d.resolve = a; d.reject = b; }); return d; };

let passed = 0;
let failed = 0;
const say = (what, complaints) => {
  if (complaints.length) { failed += 1; console.log(`not ok flows ${what}: ${complaints.join('; ').replace(/\s+/g, ' ')}`); } else { passed += 1; console.log(`ok flows ${what}`); }
};

let StateMachine;
try {
  ({ StateMachine } = await import('aws-local-stepfunctions'));
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.log(`${process.env.CI === 'true' ? 'not ok flows -' : 'SKIP flows -'}: aws-local-stepfunctions is not installed (npm ci in tests/conformance)`);
  console.log(`0 passed, ${process.env.CI === 'true' ? 1 : 0} failed`);
  process.exit(process.env.CI === 'true' ? 1 : 0);
}

function* states(machine) {
  for (const [name, state] of Object.entries(machine.States)) {
    yield [name, state];
    for (const inner of [...(state.Branches ?? []), state.ItemProcessor].filter(Boolean)) yield* states(inner);
  }
}

async function run(machine, one) {
  const overrides = { taskResourceLocalHandlers: {}, waitTimeOverrides: {}, retryIntervalOverrides: {} };
  const calls = {};
  const given = {};
  const input = structuredClone(one.input);
  for (const [name, state] of states(machine)) {
    if (state.Type === 'Wait') overrides.waitTimeOverrides[name] = 0;
    if (state.Retry) overrides.retryIntervalOverrides[name] = 0;
    if (state.ItemReader) { // the interpreter reads nothing: what would be read stands in the input
      delete state.ItemReader; delete state.ItemBatcher; delete state.ResultWriter;
      state.ItemProcessor.ProcessorConfig.Mode = 'INLINE';
      state.ItemsPath = '$.itemsRead';
      input.itemsRead = one.items[name];
    }
    if (state.Type !== 'Task') continue;
    overrides.taskResourceLocalHandlers[name] = async (value) => {
      calls[name] = (calls[name] ?? 0) + 1;
      given[name] = value;
      const answers = one.tasks[name];
      if (!answers) throw new Error(`${name} was not to be called`);
      const answer = answers[Math.min(calls[name], answers.length) - 1];
      if (answer?.fails) throw Object.assign(new Error('stubbed to fail'), { name: answer.fails });
      return answer;
    };
  }
  const execution = new StateMachine(machine, { validationOptions: { noValidate: true } }).run(input, {
    overrides,
    noThrowOnAbort: true,
    context: { Execution: { Id: 'run-id', Name: 'run', Input: input, StartTime: '2027-01-31T00:00:00Z' }, StateMachine: { Id: 'machine', Name: 'machine' }, Task: { Token: 'token' } },
  });
  const visited = [];
  let end = 'ABORTED';
  let error;
  let cause;
  const watch = (async () => {
    for await (const event of execution.eventLogs) {
      if (event.type === 'StateEntered') visited.push(event.state.name);
      if (event.type === 'ExecutionSucceeded') end = 'SUCCEEDED';
      if (event.type === 'ExecutionFailed') { end = 'FAILED'; error = event.Error; cause = event.Cause; }
    }
  })();
  const [result] = await Promise.allSettled([execution.result, watch]);
  if (result.value && typeof result.value === 'object') delete result.value.itemsRead;
  return { end, error, cause, output: result.value, calls, given, visited: visited.filter((name) => name in machine.States) };
}

function compare(one, got) {
  const out = [];
  const same = (what, wanted, found) => { if (wanted !== undefined && !isDeepStrictEqual(wanted, found)) out.push(`${what} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`); };
  same('the end', one.end ?? 'SUCCEEDED', got.end);
  if (out.length) out.push(`the cause: ${JSON.stringify(got.cause)}`);
  same('the error', one.error, got.error);
  same('the path', one.path, got.visited);
  same('the output', one.output, got.output);
  same('the error kept', one.error_kept, one.error_kept && got.output?.error?.Error);
  for (const [name, count] of Object.entries(one.calls ?? {})) same(`calls of ${name}`, count, got.calls[name]);
  for (const [name, value] of Object.entries(one.given ?? {})) same(`what ${name} is given`, value, got.given[name]);
  return out;
}

const [build, folder] = process.argv.slice(2);
const load = (path) => JSON.parse(readFileSync(path, 'utf8'));
const manifest = load(join(build, 'manifest.json'));
const wanted = load(join(folder, 'cases.json'));

// "action resource [key=value]" of every allowed action, tokens of account and region left out.
const bare = (value) => (typeof value === 'string' ? value : value['Fn::Sub'] ?? JSON.stringify(value)).replace(/\$\{AWS::(Partition|Region|AccountId)\}/g, '');
function rightsOf(role) {
  const out = new Set();
  for (const { PolicyDocument } of role.Policies ?? []) {
    for (const { Action, Resource, Condition } of PolicyDocument.Statement) {
      const condition = Condition ? ` ${Object.values(Condition).flatMap((c) => Object.entries(c).map(([k, v]) => `${k}=${bare(v)}`)).join(' ')}` : '';
      for (const action of [].concat(Action)) for (const one of [].concat(Resource)) out.add(`${action} ${bare(one)}${condition}`);
    }
  }
  return out;
}
const always = /^(logs|xray):/;
const resources = Object.assign({}, ...manifest.stacks.map((stack) => load(join(build, stack.template)).Resources));
const rightsFile = join(folder, 'rights.json'); // only beside meshes that are about roles
for (const [pipeline, rights] of Object.entries(existsSync(rightsFile) ? load(rightsFile) : {})) {
  const machine = Object.values(resources).find((r) => r.Type === 'AWS::StepFunctions::StateMachine' && r.Properties.StateMachineName === pipeline);
  const found = [...rightsOf(resources[machine.Properties.RoleArn['Fn::GetAtt'][0]].Properties)].filter((right) => !always.test(right));
  say(`${pipeline}: its role`, [...found.filter((r) => !rights.includes(r)).map((r) => `has ${r}`), ...rights.filter((r) => !found.includes(r)).map((r) => `lacks ${r}`)]);
}
for (const { definition } of manifest.states) {
  const pipeline = definition.replace(/^states\//, '').replace(/\.asl\.json$/, '');
  if (!wanted[pipeline]) continue;
  const reached = new Set();
  for (const one of wanted[pipeline]) {
    const got = await run(loadMachine(join(build, definition)), one);
    got.visited.forEach((name) => reached.add(name));
    say(`${pipeline}: ${one.name}`, compare(one, got));
  }
  // Every state of the machine itself is in one of the cases, so that none is only believed to work.
  const missed = Object.keys(loadMachine(join(build, definition)).States).filter((name) => !reached.has(name));
  say(`${pipeline}: every state is reached by a case`, missed);
}
for (const pipeline of Object.keys(wanted)) {
  if (!manifest.states.some(({ definition }) => definition === `states/${pipeline}.asl.json`)) say(pipeline, ['there is no such machine']);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
