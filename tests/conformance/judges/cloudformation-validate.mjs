#!/usr/bin/env node
// Judge: AWS's own offline validator on every template.
import { judge, templates } from './report.mjs';

// Left out, each with the reason. Everything else that is not informational fails, whatever the
// severity: a wrong enum is only a warning to this tool.
const leftOut = {
  W9002: 'fires on correct ARNs, also on those written with Fn::Sub',
  W9013: 'an account that the mesh names is meant to be written out',
};

await judge('cloudformation-validate', async (say, builds, need) => {
  const { RegoEngine, TemplateFile } = await need('@aws/cloudformation-validate');
  const engine = new RegoEngine();
  for (const build of builds) {
    for (const path of templates(build)) {
      const report = engine.validateStandard(new TemplateFile(path));
      const complaints = report.status === 'OK' ? [] : [`status ${report.status}`];
      for (const d of report.diagnostics) {
        const text = `${d.ruleId} ${d.message} (at ${d.entity?.logicalId ?? ''} ${d.propertyPath ?? ''})`;
        if (d.severity === 'INFO' || d.severity === 'DEBUG') continue;
        if (d.ruleId in leftOut) say.note(path, `left out (${leftOut[d.ruleId]}): ${text}`);
        else complaints.push(text);
      }
      say.verdict(path, complaints);
    }
  }
  engine.free();
});
