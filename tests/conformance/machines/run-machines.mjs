#!/usr/bin/env node
// Runs every state machine of a build on aws-local-stepfunctions, with stubbed tasks, no waits and
// no network: once with all tasks succeeding, then with each task failing, recovering, answering
// FAILED, and never finishing. Usage: run-machines.mjs [--left-to CASES] BUILD_DIR...
// CASES: the machines that it names go by what data say; run-flows.mjs runs them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMachine } from '../judges/report.mjs';

// The library is written for Node 22.
Promise.withResolvers ??= () => { const d = {}; d.promise = new Promise((a, b) => { d.resolve = a; d.reject = b; }); return d; };

const limitOfEvents = 200000; // an execution with more never ends
let passed = 0;
let failed = 0;
const ok = (what) => { passed += 1; console.log(`ok machines ${what}`); };
const bad = (what, why) => { failed += 1; console.log(`not ok machines ${what}: ${String(why).replace(/\s+/g, ' ')}`); };

function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}

let StateMachine;
try {
  ({ StateMachine } = await import('aws-local-stepfunctions'));
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  if (process.env.CI === 'true') bad('-', 'aws-local-stepfunctions is not installed (npm ci in tests/conformance)');
  else console.log('SKIP machines -: aws-local-stepfunctions is not installed (npm ci in tests/conformance)');
  finish();
}

// Every state of a machine with its name, also those inside of branches and maps; and the names of
// the states it stands in, outermost first.
function* states(machine, within = []) {
  for (const [name, state] of Object.entries(machine.States)) {
    yield [name, state, within];
    const inner = [...(state.Branches ?? []), state.Iterator, state.ItemProcessor].filter(Boolean);
    for (const one of inner) yield* states(one, [...within, state]);
  }
}

const outgoing = (state) => [state.Next, state.Default, ...(state.Choices ?? []).map((choice) => choice.Next)].filter(Boolean);

// Names reachable from a state without an error being caught, not entering those in `without`.
function reachable(machine, start, without = new Set()) {
  const seen = new Set();
  const open = [start];
  while (open.length) {
    const name = open.shift();
    if (seen.has(name) || without.has(name)) continue;
    seen.add(name);
    open.push(...outgoing(machine.States[name]));
  }
  return seen;
}

// An input that has something plausible at every path the machine reads.
function plausibleInput(machine) {
  const input = {};
  const put = (path, value) => {
    const parts = path.replace(/^\$\.?/, '').split('.').filter((part) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(part));
    let at = input;
    parts.forEach((part, index) => {
      if (index === parts.length - 1) at[part] ??= value;
      else at = (at[part] = typeof at[part] === 'object' && at[part] ? at[part] : {});
    });
  };
  const visit = (value, key) => {
    if (typeof value === 'string' && /^\$\.[A-Za-z_]/.test(value)) {
      if (/ResultPath$/.test(key)) return;
      if (key === 'ItemsPath') put(value, ['a', 'b']);
      else if (/^(Seconds|TimeoutSeconds|HeartbeatSeconds)Path$/.test(key)) put(value, 1);
      else if (key === 'TimestampPath') put(value, '2027-01-31T00:00:00Z');
      else if (key.endsWith('.$') && !key.startsWith('ResultSelector')) put(value, 'x');
    } else if (typeof value === 'string' && key.endsWith('.$') && /^States\./.test(value)) {
      // Paths among the arguments of an intrinsic, texts in quotes left out.
      const bare = value.replace(/'(\\.|[^'\\])*'/g, "''");
      for (const [path] of bare.matchAll(/(?<![$\w])\$\.[A-Za-z_][\w.-]*/g)) put(path, 'x');
    } else if (value && typeof value === 'object') {
      for (const [inner, next] of Object.entries(value)) {
        if (inner !== 'ResultSelector' && inner !== 'Catch') visit(next, inner);
      }
    }
  };
  visit(machine, '');
  return input;
}

// The answers of services, by the call: [while it runs, when it went well, when it failed].
const result = (status) => ({ Status: status, ResultIds: ['dqresult-1'], RunId: 'dqrun-1' });
const crawler = (state, last) => ({ Crawler: { Name: 'crawler', State: state, LastCrawl: { Status: last } } });
const query = (state) => ({ QueryExecution: { QueryExecutionId: 'q-1', Status: { State: state } } });
const polled = {
  'aws-sdk:glue:getDataQualityRulesetEvaluationRun': [result('RUNNING'), result('SUCCEEDED'), result('FAILED')],
  'aws-sdk:glue:getCrawler': [crawler('RUNNING', 'SUCCEEDED'), crawler('READY', 'SUCCEEDED'), crawler('READY', 'FAILED')],
  'aws-sdk:glue:getJobRun': ['RUNNING', 'SUCCEEDED', 'FAILED'].map((state) => ({ JobRun: { JobRunState: state } })),
  'aws-sdk:athena:getQueryExecution': [query('RUNNING'), query('SUCCEEDED'), query('FAILED')],
  'athena:getQueryExecution': [query('RUNNING'), query('SUCCEEDED'), query('FAILED')],
};
const score = (value, verdict) => ({ ResultId: 'dqresult-1', Score: value, RuleResults: [{ Name: 'Rule_1', Result: verdict }] });
// Calls that answer at once, but whose answer may say that it went badly: [well, badly].
const judged = {
  'aws-sdk:glue:getDataQualityResult': [score(1, 'PASS'), score(0.5, 'FAIL')],
  'aws-sdk:glue:batchGetDataQualityResult': [{ Results: [score(1, 'PASS')], ResultsNotFound: [] }, { Results: [score(0.5, 'FAIL')], ResultsNotFound: [] }],
};
const answers = {
  'aws-sdk:sfn:listExecutions': { Executions: [{ ExecutionArn: 'arn:aws:states:us-east-1:123456789012:execution:machine:run' }] },
  'aws-sdk:glue:startCrawler': {},
  'aws-sdk:glue:startDataQualityRulesetEvaluationRun': { RunId: 'dqrun-1' },
  'athena:startQueryExecution': query('SUCCEEDED'),
  'glue:startJobRun': { Id: 'jr_1', JobRunState: 'SUCCEEDED' },
  'states:startExecution': { ExecutionArn: 'arn:aws:states:us-east-1:123456789012:execution:x:y', Status: 'SUCCEEDED', Output: {} },
  'lambda:invoke': { StatusCode: 200, Payload: { done: true } },
  'sns:publish': { MessageId: 'm-1' },
  'sqs:sendMessage': { MessageId: 'm-1' },
};
const call = (state) => /^arn:[^:]*:states:::([^.]+)/.exec(state.Resource)?.[1];

class TaskError extends Error {
  constructor(name) {
    super('stubbed to fail');
    this.name = name;
  }
}

// Runs a machine. `behave(name, state, times)` returns an answer or throws; undefined is the default.
async function run(machine, behave = () => undefined) {
  const input = plausibleInput(machine);
  const all = [...states(machine)];
  const overrides = { taskResourceLocalHandlers: {}, waitTimeOverrides: {}, retryIntervalOverrides: {} };
  const calls = {};
  for (const [name, state] of all) {
    if (state.Type === 'Wait') overrides.waitTimeOverrides[name] = 0;
    if (state.Retry) overrides.retryIntervalOverrides[name] = 0;
    if (state.Type !== 'Task') continue;
    overrides.taskResourceLocalHandlers[name] = async (given) => {
      calls[name] = (calls[name] ?? 0) + 1;
      const own = behave(name, state, calls[name], given);
      if (own !== undefined) return own;
      const service = call(state);
      if (service in polled) return polled[service][calls[name] === 1 ? 0 : 1];
      if (service in judged) return judged[service][0];
      if (service in answers) return answers[service];
      // A function answers with what later steps read at the place where its answer goes.
      const place = /^\$\.([A-Za-z_][\w.]*)$/.exec(state.ResultPath ?? '')?.[1];
      const read = place?.split('.').reduce((at, part) => at?.[part], input);
      return { ...(place ? (typeof read === 'object' ? read : {}) : input), done: true };
    };
  }
  const execution = new StateMachine(machine, { validationOptions: { noValidate: true } }).run(input, {
    overrides,
    noThrowOnAbort: true,
    context: {
      Execution: { Id: 'arn:aws:states:us-east-1:123456789012:execution:machine:run', Name: 'run', Input: input, StartTime: '2027-01-31T00:00:00Z', RoleArn: 'arn:aws:iam::123456789012:role/x' },
      State: { Name: 'state', EnteredTime: '2027-01-31T00:00:00Z', RetryCount: 0 },
      StateMachine: { Id: 'arn:aws:states:us-east-1:123456789012:stateMachine:machine', Name: 'machine' },
      Task: { Token: 'token' },
    },
  });
  const visited = [];
  let end = 'ABORTED';
  let cause = '';
  const watch = (async () => {
    let count = 0;
    for await (const event of execution.eventLogs) {
      if (event.type === 'StateEntered') visited.push(event.state.name);
      if (event.type === 'ExecutionSucceeded') end = 'SUCCEEDED';
      if (event.type === 'ExecutionFailed') { end = 'FAILED'; cause = `${event.Error}: ${JSON.stringify(event.Cause)}`; }
      if ((count += 1) > limitOfEvents) { execution.abort(); cause = 'it never ends'; break; }
    }
  })();
  await Promise.allSettled([execution.result, watch]);
  return { end, cause, visited: visited.filter((name) => name in machine.States), calls };
}

const isFail = (machine, name) => machine.States[name]?.Type === 'Fail';

// Where errors are led to: of any kind (the first state of `on_failure`), or of one kind.
const catchAll = (state) => (state.Catch ?? []).find((rule) => rule.ErrorEquals.includes('States.ALL'))?.Next;
const handlers = (machine) => new Set(Object.values(machine.States).flatMap((state) => (state.Catch ?? []).map((rule) => rule.Next)));

// What `on_failure` holds.
function failurePath(machine, main) {
  const path = Object.values(machine.States).map(catchAll).filter(Boolean).flatMap((name) => [...reachable(machine, name)]);
  return new Set(path.filter((name) => !main.has(name)));
}

async function allWell(what, machine, main) {
  const { end, cause, visited } = await run(machine);
  const endsInFail = [...main].some((name) => isFail(machine, name)) && ![...main].some((name) => machine.States[name].End || machine.States[name].Type === 'Succeed');
  const wanted = endsInFail ? 'FAILED' : 'SUCCEEDED';
  if (end !== wanted) return bad(what, `ends ${end}, ${cause}`);
  const first = [...new Set(visited)];
  const order = Object.keys(machine.States).filter((name) => main.has(name) && (endsInFail || !isFail(machine, name)));
  if (first.join('|') !== order.join('|')) return bad(what, `visits ${first.join(', ')} instead of ${order.join(', ')}`);
  return ok(what);
}

// The machine must end in failure, and through the whole of on_failure where `handler` leads to it.
function expectFailure(what, machine, outcome, handler) {
  const { end, cause, visited } = outcome;
  if (end !== 'FAILED') return bad(what, `ends ${end} ${cause}`);
  for (const name of handler ? reachable(machine, handler) : []) {
    if (!visited.includes(name) && !oneOfSeveralEnds(machine, name)) return bad(what, `${name} of on_failure was not reached`);
  }
  return ok(what);
}

// A Fail state behind a choice need not be reached.
const oneOfSeveralEnds = (machine, name) => isFail(machine, name) && Object.values(machine.States).some((s) => s.Type === 'Choice' && outgoing(s).includes(name));

// `overlap: skip` asks which runs there are; an older one ends this run well, and no step has run.
// (None at all is not tried: the library refuses a path over an empty list, AWS gives an empty one.)
async function judgeOverlap(path, machine, name) {
  const self = 'arn:aws:states:us-east-1:123456789012:execution:machine:run';
  const older = { Executions: [{ ExecutionArn: self }, { ExecutionArn: `${self}-older` }] };
  const { end, cause, calls } = await run(machine, (at) => (at === name ? older : undefined));
  const worked = Object.keys(calls).filter((one) => one !== name);
  if (end !== 'SUCCEEDED' || worked.length) bad(`${path}: ${name} sees an older run`, `ends ${end} ${cause}, its steps ran: ${worked}`);
  else ok(`${path}: ${name} sees an older run`);
}

async function judge(path) {
  const machine = loadMachine(path);
  const main = reachable(machine, machine.StartAt, handlers(machine));
  const failure = failurePath(machine, main);
  await allWell(`${path}: all tasks succeed`, machine, main);
  const all = [...states(machine)];
  const top = ([name, state, within]) => within[0] ?? state;
  const first = all.find((one) => one[1].Type === 'Task' && catchAll(top(one)));
  for (const one of all) {
    const [name, state, within] = one;
    if (state.Type !== 'Task') continue;
    const inFailure = failure.has(name) || [...failure].some((outer) => machine.States[outer] === within[0]);
    const handler = inFailure ? undefined : catchAll(top(one));
    if (failure.size && !inFailure && !handler && call(state) !== 'aws-sdk:sfn:listExecutions') {
      bad(`${path}: ${name}`, 'there is an on_failure, but no catch of this step leads to it');
    }
    // A task of on_failure is reached by making the first task of the machine fail too.
    const opener = inFailure ? first[0] : undefined;
    const failWith = (error) => (at) => {
      if (at === name || at === opener) throw new TaskError(error);
      return undefined;
    };
    const plain = await run(machine, failWith('Stub.Failed'));
    if (plain.calls[name] === undefined) { bad(`${path}: ${name} fails`, 'it was never called'); continue; }
    expectFailure(`${path}: ${name} fails`, machine, plain, handler);

    for (const retrier of state.Retry ?? []) {
      const error = /^States\.(ALL|TaskFailed)$/.test(retrier.ErrorEquals[0]) ? 'Stub.Failed' : retrier.ErrorEquals[0];
      const what = `${path}: ${name} fails with ${error}`;
      const outcome = await run(machine, failWith(error));
      const wanted = 1 + (retrier.MaxAttempts ?? 3);
      // Where a state around it is retried as a whole, the calls multiply.
      if (outcome.calls[name] !== wanted && !within.some((outer) => outer.Retry)) bad(what, `called ${outcome.calls[name]} times instead of ${wanted}`);
      else expectFailure(what, machine, outcome, handler);
      if (opener !== undefined || wanted === 1) continue;
      const again = await run(machine, (at, _, times) => {
        if (at === name && times === 1) throw new TaskError(error);
        return undefined;
      });
      if (again.end === 'SUCCEEDED') ok(`${path}: ${name} recovers from ${error}`);
      else bad(`${path}: ${name} recovers from ${error}`, `ends ${again.end} ${again.cause}`);
    }
    const service = call(state);
    const answer = (value) => run(machine, (at) => (at === name ? value : undefined));
    if (service in judged) expectFailure(`${path}: ${name} answers badly`, machine, await answer(judged[service][1]), handler);
    if (service in polled) {
      expectFailure(`${path}: ${name} answers FAILED`, machine, await answer(polled[service][2]), handler);
      expectFailure(`${path}: ${name} never finishes`, machine, await answer(polled[service][0]), handler);
    }
    if (service === 'aws-sdk:sfn:listExecutions') await judgeOverlap(path, machine, name);
  }
}

const builds = process.argv.slice(2);
let elsewhere = {};
if (builds[0] === '--left-to') elsewhere = JSON.parse(readFileSync(builds.splice(0, 2)[1], 'utf8'));
if (!builds.length) {
  console.error('usage: run-machines.mjs BUILD_DIR...');
  process.exit(2);
}
for (const build of builds) {
  const roots = [build, ...readdirSync(build, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => join(build, e.name))];
  for (const root of roots.filter((folder) => existsSync(join(folder, 'manifest.json')))) {
    const listed = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')).states;
    if (!listed.length) ok(`${root}: no machine in this build`);
    for (const { definition } of listed) {
      if (elsewhere[definition.replace(/^states\//, '').replace(/\.asl\.json$/, '')]) { console.log(`# machines ${join(root, definition)}: run by run-flows.mjs`); continue; }
      try {
        await judge(join(root, definition));
      } catch (error) {
        bad(join(root, definition), error.stack);
      }
    }
  }
}
if (!passed && !failed) bad(builds.join(' '), 'no manifest.json there');
finish();
