import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { makeFolder } from '../make/folder.ts';
import { obtainConformance, suiteVersion } from './conformance-suite.ts';
import { parseConformanceCounts, parseConformanceResults } from './conformance-results.ts';
import { notRun } from './peers.ts';
import { spawnRegistry } from './spawn-program.ts';

const claim = 'the embedded registry passes every test of the OCI conformance suite for the coming specification';
const suite = await obtainConformance();

if (suite.is === 'missing') notRun(`OCI conformance: ${claim}`, suite.why);
else
  void test(claim, { timeout: 300_000 }, async (t) => {
    const results = await makeFolder(t);
    const { url } = await spawnRegistry(t, ['--folder', await makeFolder(t), '--sparse']);
    const run = await runTool({
      command: suite.path,
      args: [],
      cwd: results,
      env: {
        ...emptyEnvironment(),
        OCI_VERSION: 'dev',
        OCI_REGISTRY: url.replace('http://', ''),
        OCI_TLS: 'disabled',
        OCI_REPO1: 'conformance/repo1',
        OCI_REPO2: 'conformance/repo2',
        OCI_RESULTS_DIR: results,
        OCI_DATA_SPARSE: 'true',
      },
      timeoutSeconds: 240,
    });
    // Some failures of the suite itself end with exit code 0 and without results.
    await access(join(results, 'results.yaml')).catch(() => assert.fail(`The suite wrote no results: ${run.stderr}`));
    const found = parseConformanceResults(await readFile(join(results, 'results.yaml'), 'utf8'));
    const counts = parseConformanceCounts(Buffer.from(run.stdout).toString('utf8'));
    console.log(
      `OCI conformance ${suiteVersion}: ${[...counts].map(([name, count]) => `${count} ${name}`).join(', ')}`,
    );
    assert.deepEqual(found.notPassed, []);
    assert.ok(found.passed > 0 && (counts.get('Pass') ?? 0) > 1000);
    for (const status of ['FAIL', 'Error', 'Skip', 'Disabled']) assert.equal(counts.get(status), 0, status);
    assert.equal(run.exitCode, 0, run.stderr);
  });
