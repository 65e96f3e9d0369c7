import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { parse } from 'yaml';
import { makeFolder } from '../../test/make/folder.ts';
import { run } from '../../test/make/run.ts';
import { filesOf, workflowPolicy } from '../../test/make/workflow-policy.ts';
import { runTool } from '../adapters/process/run-tool.ts';
import type { CiSystem } from '../policy/ci-schema.ts';
import { workflowsOf } from './workflows.ts';

const version = 'v1.2.3';

function policyWith(sha256: Readonly<Record<string, string>>, system: CiSystem = 'github') {
  return workflowPolicy({ scan: { tool: 'trivy' }, ci: { system, trivy: { version, sha256 } } });
}

/** The lines that bring the scanner, as the file of the system has them. */
function scannerScript(sha256: Readonly<Record<string, string>>, system: 'github' | 'gitlab'): string {
  const files = filesOf(policyWith(sha256, system), system);
  const document: unknown = parse(files[system === 'gitlab' ? 'cutwater.yml' : 'release.yml'] ?? '');
  const scripts: string[] = [];
  const gather = (value: unknown): void => {
    if (typeof value === 'string' && value.includes('uname -m')) scripts.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(gather);
  };
  gather(document);
  equal(scripts.length, 1, 'one job scans');
  return scripts[0] ?? '';
}

/** Programs in the place of curl and uname: an archive that holds a trivy, from wherever, on a machine of some kind. */
async function makeMachine(t: TestContext, machine: string) {
  const folder = await makeFolder(t);
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'trivy'), '#!/bin/sh\necho scanned\n', { mode: 0o755 });
  await run({ command: 'tar', args: ['-czf', join(folder, 'archive'), '-C', folder, 'trivy'] });
  const curl = `#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\ncp "${folder}/archive" "$2"\necho "$3" >"${folder}/asked"\n`;
  await writeFile(join(folder, 'bin/curl'), curl, { mode: 0o755 });
  await writeFile(join(folder, 'bin/uname'), `#!/bin/sh\necho ${machine}\n`, { mode: 0o755 });
  const digest = createHash('sha256')
    .update(await readFile(join(folder, 'archive')))
    .digest('hex');
  const path = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
  return {
    digest,
    asked: () => readFile(join(folder, 'asked'), 'utf8'),
    path: join(folder, 'path'),
    bash: (script: string) =>
      runTool({
        command: 'bash',
        args: ['-eo', 'pipefail', '-c', script],
        cwd: folder,
        env: { PATH: path, TMPDIR: folder, GITHUB_PATH: join(folder, 'path') },
      }),
  };
}

test('the archive with the digest of the policy gives the scanner, for each kind of machine', async (t) => {
  for (const [machine, architecture, archive] of [
    ['x86_64', 'amd64', 'Linux-64bit'],
    ['aarch64', 'arm64', 'Linux-ARM64'],
  ] as const) {
    const { digest, bash, asked, path } = await makeMachine(t, machine);
    const sha256 = { amd64: '0'.repeat(64), arm64: '0'.repeat(64), [architecture]: digest };
    equal((await bash(scannerScript(sha256, 'github'))).exitCode, 0);
    const address = 'https://github.com/aquasecurity/trivy/releases/download/v1.2.3/trivy_1.2.3_';
    equal(await asked(), `${address}${archive}.tar.gz\n`);
    const folder = (await readFile(path, 'utf8')).trim();
    equal(await run({ command: join(folder, 'trivy'), args: [] }), 'scanned');
    const gitlab = await bash(`${scannerScript(sha256, 'gitlab')}trivy`);
    equal(new TextDecoder().decode(gitlab.stdout), 'scanned\n', gitlab.stderr);
  }
});

test('another archive, and a machine nobody named a digest for, end the job before anything is unpacked', async (t) => {
  const { digest, bash, path } = await makeMachine(t, 'x86_64');
  const other = await bash(
    scannerScript({ amd64: digest.replace(/^./, (one) => (one === '0' ? '1' : '0')) }, 'github'),
  );
  equal(other.exitCode, 1);
  match(`${new TextDecoder().decode(other.stdout)}${other.stderr}`, /FAILED/);
  const unknown = await bash(scannerScript({ arm64: digest }, 'github'));
  equal(unknown.exitCode, 1);
  match(unknown.stderr, /ci\.trivy has no digest for x86_64/);
  await readFile(path).then(
    () => equal(true, false, 'nothing was put into the path'),
    () => undefined,
  );
});

test('with a pin no action brings the scanner, no token is to be removed, and no system lacks it', () => {
  const sha256 = { amd64: 'a'.repeat(64) };
  const text = filesOf(policyWith(sha256), 'github')['release.yml'] ?? '';
  doesNotMatch(text, /setup-trivy|No token is left/);
  for (const system of ['github', 'forgejo', 'gitlab'] as const) {
    const workflows = workflowsOf(policyWith(sha256, system));
    deepEqual(workflows.is === 'ok' && workflows.value.notes.filter((note) => note.includes('trivy')), []);
  }
});
