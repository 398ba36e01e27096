#!/usr/bin/env node
// Judge: asl-validator on every state machine: schema, transitions, reachability, paths.
import { judge, loadMachine, machines } from './report.mjs';

await judge('asl-validator', async (say, builds, need) => {
  const module = await need('asl-validator');
  const validate = module.default?.default ?? module.default ?? module;
  for (const build of builds) {
    const paths = machines(build);
    if (!paths.length) say.none(build, 'states');
    for (const path of paths) {
      const { isValid, errors } = validate(loadMachine(path), { checkArn: true, checkPaths: true });
      const complaints = errors.map((e) => `${e['Error code'] ?? ''} ${e.Message ?? e.message ?? ''} ${JSON.stringify(e)}`);
      say.verdict(path, isValid ? [] : complaints.length ? complaints : ['not valid']);
    }
  }
});
