import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../test/make/folder.ts';
import { programVersion } from '../src/cli/version.ts';
import { repositoryRoot } from './run-check.ts';
import { checkOwnRelease } from './write-own-release.ts';

const files = [
  'cutwater.yaml',
  'CHANGELOG.md',
  'docs/upgrading.md',
  'docs/release-process.md',
  'package.json',
  'package-lock.json',
  ...['release.yml', 'reconcile.yml', 'pilot-release.yml'].map((name) => `.github/workflows/${name}`),
];

test("whatever of Cutwater's own release is not as its policy says is found, and named", async (t) => {
  const folder = await makeFolder(t);
  const restore = async (path: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(repositoryRoot, path), join(folder, path));
  };
  for (const path of files) await restore(path);
  assert.deepEqual(await checkOwnRelease(folder), []);
  // As it is before the version of package.json is released, whenever this test is run.
  const changelog = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n';
  await writeFile(join(folder, 'CHANGELOG.md'), changelog);
  assert.deepEqual(await checkOwnRelease(folder), []);
  const cases: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    [
      '.github/workflows/release.yml',
      (text) => text.replace('contents: write', 'contents: read'),
      /release\.yml", line/,
    ],
    ['docs/release-process.md', (text) => text.replace('## Channels', '## Tags'), /release-process\.md: line \d+/],
    [
      'cutwater.yaml',
      (text) => text.replace('timeout: 3h', 'timeout: 4h'),
      /release\.yml", line[^]*node tools\/write-own-release\.ts/,
    ],
    [
      'cutwater.yaml',
      (text) => text.replace('failOn:', 'failsOn:').replace('name: trial', 'name: tryout'),
      /release-process\.md: line/,
    ],
    ['CHANGELOG.md', (text) => `${text}\n## [0.0.1] - 2026-13-01\n\n- First\n`, /CHANGELOG\.md:9: /],
    ['CHANGELOG.md', () => '# Changelog\n', /nothing in the section|Unreleased/],
    ['docs/upgrading.md', (text) => text.replaceAll('- **Way back:** binary\n', ''), /says nothing about the way back/],
    ['docs/upgrading.md', (text) => text.replace(`## ${programVersion}`, '## 0.0.9'), /upgrading\.md.* has no notes/],
    ['package-lock.json', () => '{', /package-lock\.json/],
  ];
  for (const [path, change, says] of cases) {
    const text = await readFile(join(folder, path), 'utf8');
    await writeFile(join(folder, path), change(text));
    assert.match((await checkOwnRelease(folder)).join('\n'), says, path);
    await (path === 'CHANGELOG.md' ? writeFile(join(folder, path), changelog) : restore(path));
  }
  await writeFile(join(folder, 'cutwater.yaml'), 'project: [');
  await assert.rejects(checkOwnRelease(folder), /cutwater\.yaml/);
});
