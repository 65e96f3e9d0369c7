import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { processDocument } from './process-document.ts';

const policyText = (checks: string): string => `project: tiny
source: https://github.com/acme/tiny
forge: github
signatures: { formats: [ssh] }
trust:
  maintainers:
    - name: Ada
      ssh: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGzQAVXDtYKcyOfFbqOOnpJqrfkWKXbHTZWgm1VpOKEF
notBuildInput: ['CHANGELOG.md', 'docs/**']
images: [{ build: { dockerfile: Dockerfile } }]
${checks}`;
const pageOf = (checks: string): string =>
  processDocument(parsePolicy(policyText(checks), { file: 'cutwater.yaml' })).replaceAll(/ *\n */g, ' ');

test('the page says which checks are waited for, how long, for which releases, and when a commit before speaks', () => {
  const page = pageOf(`checks:
  required: [{ name: unit }, { name: 'ci / web', whenChanged: ['web/**', package.json] }]
  timeout: 1h30m
  classes: [stable, hotfix]
`);
  assert.match(page, /## Checks of the commit .*stable releases and hotfixes wait until GitHub says/);
  assert.match(page, /for at most 1 h 30 min\./);
  assert.match(page, /\| `unit` +\| everything but `CHANGELOG\.md` and `docs\/\*\*` +\|/);
  assert.match(page, /\| `ci \/ web` +\| `web\/\*\*` and `package\.json` +\|/);
  assert.match(page, /not applicable to a commit that changed nothing it looks at/);
  assert.match(page, /gate `forge-checks`/);
});

test('only the chapters of releases that wait for checks name them', () => {
  const chapters = pageOf('checks: { required: [{ name: unit }], classes: [stable] }\n').split(/ (?=## )/);
  const waiting = chapters.filter((text) => text.includes('GitHub says of the tagged commit: `unit` must have passed'));
  assert.deepEqual(
    waiting.map((text) => /^## .*?(?= ### )/.exec(text)?.[0].trim()),
    ['## Stable release'],
  );
  const every = pageOf('checks: { required: [{ name: unit }] }\n');
  assert.equal(every.split('`unit` must have passed').length, 4);
});

test('without checks the page is silent about them, and whatever a check is called its name is text', () => {
  assert.doesNotMatch(pageOf(''), /Checks of the commit|forge-checks/);
  const hostile = pageOf('checks: { required: [{ name: "a` | <b> <!-- notes:begin -->" }] }\n');
  assert.ok(hostile.includes('``a` '), hostile);
  assert.match(hostile, /\| ``a` \\\| <b> <!-- notes:begin -->`` +\| everything/);
});
