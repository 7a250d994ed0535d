import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/**
 * A vitest reporter that writes what `npm test` adds up. Vitest's own JSON leaves out why a test was
 * skipped and errors outside any test.
 */
export default class Report {
  /** @param {ReadonlyArray<any>} modules @param {ReadonlyArray<any>} unhandledErrors */
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) {
      const file = path.relative(process.cwd(), module.moduleId);
      const name = (entity) => `${file} > ${entity.fullName ?? ''}`.replace(/ > $/, '');
      // A module that can't be loaded and a hook that fails have errors of their own and no failed test.
      for (const suite of [module, ...module.children.allSuites()]) {
        for (const error of suite.errors()) report.failed.push({ name: name(suite), text: text(error) });
      }
      for (const test of module.children.allTests()) {
        const { state, errors, note } = test.result();
        if (state === 'passed') report.passed += 1;
        else if (state === 'failed') report.failed.push({ name: name(test), text: errors.map(text).join('\n') });
        else if (state === 'skipped') report.skipped.push({ name: name(test), reason: note ?? reason(test) });
        else report.failed.push({ name: name(test), text: 'The test did not finish.' });
      }
    }
    for (const error of unhandledErrors) report.failed.push({ name: 'error outside any test', text: text(error) });
    fs.writeFileSync(process.env.LOOPWRIGHT_REPORT ?? 'report.json', JSON.stringify(report));
  }
}

function reason(test) {
  if (test.options.mode === 'todo') return 'not written yet';
  for (let suite = test.parent; suite; suite = suite.parent) {
    if (suite.errors().length > 0) return 'what comes before it failed';
  }
  return 'no reason given';
}

const text = (error) => [error.stack ?? error.message, error.diff].filter(Boolean).join('\n');
