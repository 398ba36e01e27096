// What a judge written in JavaScript says, and how: the twin of report.py.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const missing = 77;

export function files(build, suffix) {
  const found = [];
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (path.endsWith(suffix)) found.push(path);
    }
  };
  visit(build);
  return found.sort();
}

export const templates = (build) => files(build, '.template.json');
export const machines = (build) => files(build, '.asl.json');
export const load = (path) => JSON.parse(readFileSync(path, 'utf8'));

// A machine with what its build does not know filled in: the tools do not know substitutions.
const known = { Partition: 'aws', Region: 'us-east-1', AccountId: '123456789012' };
export function loadMachine(path) {
  const text = readFileSync(path, 'utf8');
  return JSON.parse(text.replace(/\$\{(Partition|Region|AccountId)\}/g, (_, name) => known[name]));
}

// Runs one judge: `body(say, builds, need)`; `need` imports a package or ends with a visible skip.
export async function judge(name, body) {
  const line = (text) => process.stdout.write(`${text.replace(/\s+/g, ' ')}\n`);
  const say = {
    ok: (what, note) => line(`ok ${name} ${what}${note ? ` # ${note}` : ''}`),
    bad: (what, why) => line(`not ok ${name} ${what}: ${why}`),
    note: (what, why) => line(`# ${name} ${what}: ${why}`),
    verdict: (what, complaints) => {
      for (const why of complaints) say.bad(what, why);
      if (!complaints.length) say.ok(what);
    },
    // A build without such files is fine only where its manifest lists none either.
    none: (build, member) => {
      if (load(join(build, 'manifest.json'))[member]?.length) say.bad(build, `the manifest lists ${member}, but there are none`);
      else say.ok(build, `no ${member} in this build`);
    },
  };
  const need = async (wanted) => {
    try {
      return await import(wanted);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      line(`SKIP ${name} -: ${wanted} is not installed (npm ci in ${basename(dirname(import.meta.dirname))})`);
      process.exit(missing);
    }
  };
  await body(say, process.argv.slice(2), need);
}
