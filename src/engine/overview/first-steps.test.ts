import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { detectProject } from '../../documents/detect/detect-project.ts';
import { readTagStreams } from '../../documents/detect/tag-streams.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { formatPolicyTemplate } from '../../policy/policy-template.ts';
import { firstSteps } from './first-steps.ts';

type Files = Readonly<Record<string, string>>;

function steps(files: Files, { tags = [] as readonly string[], remote = 'https://github.com/acme/app' } = {}) {
  const view = {
    paths: Object.keys(files),
    read: (path: string) => files[path],
    remoteUrl: remote === '' ? undefined : remote,
    branch: 'main',
    folderName: 'app',
  };
  const policy = parsePolicy(formatPolicyTemplate(detectProject(view)), { file: 'cutwater.yaml' });
  return firstSteps(policy, { view, streams: readTagStreams(tags) });
}

const enough = { Dockerfile: 'FROM scratch\nCOPY . /\n', 'CHANGELOG.md': '' };
const ciKey = /^CI has no key/;
const publishing = "on: { push: { tags: ['v*'] } }\npermissions:\n  packages: write\njobs: { a: { steps: [] } }\n";

test('where nothing stands in the way only the key of CI is left', () => {
  const [only, ...more] = steps(enough);
  match(only ?? '', ciKey);
  deepEqual(more, []);
});

test('what no policy can make up for is said first', () => {
  const said = steps({ 'README.md': '' }, { remote: '' });
  equal(said.length, 4);
  match(said[0] ?? '', /^no Dockerfile was found: write "Dockerfile"/);
  match(said[1] ?? '', /^no registry is known/);
  match(said[2] ?? '', /^there is no "CHANGELOG\.md"/);
});

test('a Dockerfile that wants a program which another tool builds is told', () => {
  const [first = ''] = steps({ ...enough, Dockerfile: 'FROM scratch\nCOPY harbourd /\n', 'main.go': '', 'go.mod': '' });
  match(first, /^"Dockerfile" copies "harbourd", which nobody committed/);
});

test('workflows that are replaced, and those that go on publishing, are told apart', () => {
  const folder = '.github/workflows';
  const files = {
    [`${folder}/release.yml`]: publishing,
    [`${folder}/docker.yml`]: publishing,
    [`${folder}/a.yml`]: publishing,
  };
  const said = steps({ ...enough, ...files, [`${folder}/test.yml`]: 'on: push\njobs: { a: { steps: [] } }\n' });
  match(said[0] ?? '', /^people wrote "\.github\/workflows\/release\.yml": 'cutwater ci write --force'/);
  match(said[1] ?? '', /^"\.github\/workflows\/a\.yml" and "\.github\/workflows\/docker\.yml" publish too/);
  match(said[2] ?? '', ciKey);
});

test('releases that were made before, and versions that do not count, are told last', () => {
  const [, ...said] = steps(enough, { tags: ['v0.1.0', '1.0.0', '1.1.0', 'chart-1.0.0'] });
  match(said[0] ?? '', /^one version was tagged before: .*'cutwater import'/);
  match(said[1] ?? '', /^2 tags are versions without "v"/);
  equal(said.length, 2);
});
