import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { aliases } from '../make/published.ts';
import type { StoredRelease } from '../make/github-data.ts';
import { makeGithubProject } from '../make/github-project.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { pushImage } from '../make/push-image.ts';

void test('import says of each version what tags, registry and forge have of it, and vouches for nothing that only a person can tell', async (t) => {
  const { project, github, maintainer } = await makeGithubProject(t, { files: { 'CHANGELOG.md': changelog } });
  const folder = join(project.data, 'registry');
  const push = (version: string, platforms = ['amd64', 'arm64']) =>
    pushImage(folder, { repository: 'tiny', text: version, tags: [version], platforms });
  for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.7.0']) await project.tag(version);
  await push('1.0.0');
  await push('1.3.0', ['amd64']);
  await push('1.4.0');
  await push('1.5.0');
  await push('1.6.0');
  release('1.0.0', 'published');
  release('1.2.0', 'published');
  release('1.4.0', 'draft');
  release('1.5.0', 'published');
  release('1.7.0', 'published');
  release('1.8.0', 'draft');
  for (const tag of ['nightly', 'charts/v3\u001b[2J\u202e']) release(tag, 'published');
  const ada = await maintainer();
  const before = JSON.stringify(github.releases);

  const listed = await runProgram(['import'], ada);
  assert.equal(listed.exitCode, 8, listed.stderr);
  const rows = listed.stdout.replaceAll(/ +/g, ' ');
  for (const row of [
    /^1\.0\.0 published .* sha256:\w+ published no statement$/m,
    /^1\.1\.0 cancelled .* never published none$/m,
    /^1\.2\.0 unclear .* none published a release is published on github .*, and there is no image$/m,
    /^1\.3\.0 published .* none no statement; no linux\/arm64; no release page$/m,
    /^1\.4\.0 published .* draft no statement; its release is still a draft$/m,
    /^1\.5\.0 published .* published no statement; no changelog section$/m,
    /^1\.6\.0 unknown no tag there none no tag decides it/m,
    /^1\.7\.0 unclear .* none published /m,
    /^1\.8\.0 unknown no tag none draft /m,
    /^Left out, only a person can say what became of them: 1\.7\.0, 1\.2\.0; where .*, add --cancel 1\.7\.0 or a range$/m,
    /^On github .* 2 releases of no version of this project, and left alone$/m,
    /would vouch for 5 versions/,
  ])
    assert.match(rows, row);
  const json = await readJson(['import'], ada);
  assert.deepEqual(json['undecided'], [
    { version: '1.8.0', image: false, page: 'draft' },
    { version: '1.6.0', image: true, page: 'none' },
  ]);

  const nothing = await runProgram(['import', '--cancel', '2'], ada);
  assert.equal(nothing.exitCode, 3);
  assert.match(nothing.stderr, /Cannot cancel 2: there is no tag of such a version/);
  const published = await runProgram(['import', '--cancel', '1.0.0..1.2.0'], ada);
  assert.match(published.stderr, /Cannot cancel 1\.0\.0: it is published/, 'a range cancels nothing that has an image');
  await succeed(['import', '--cancel', '1.1.0..1.2.0', '--yes', '--push'], ada);
  assert.deepEqual(await aliases(project.data), {
    latest: '1.5.0',
    '1': '1.5.0',
    '1.5': '1.5.0',
    '1.4': '1.4.0',
    '1.3': '1.3.0',
    '1.0': '1.0.0',
  });
  assert.equal(JSON.stringify(github.releases), before, 'no release was changed');
  const after = await runProgram(['import'], ada);
  assert.equal(after.exitCode, 0, 'what nobody can vouch for does not make it wait again');
  assert.match(
    after.stdout.replaceAll(/ +/g, ' '),
    /1\.7\.0 unclear .*\n.*Nothing to import: the checkpoints say it all/s,
  );

  github.interfere = (_, response) => {
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Resource not accessible"}');
    return 'answered';
  };
  const unread = await runProgram(['import', '--yes'], ada);
  assert.equal(unread.exitCode, 4, 'nobody signs a list of which a part is missing');

  function release(version: string, state: 'draft' | 'published'): void {
    const tag = /^\d/.test(version) ? `v${version}` : version;
    const text = { title: tag, notes: 'by hand', isPrerelease: false, isImmutable: false };
    const made: StoredRelease = {
      id: 500 + github.releases.length,
      tag,
      isDraft: state === 'draft',
      assets: [],
      ...text,
    };
    github.releases.push(made);
  }
});

const section = (version: string): string => `## [${version}] - 2026-01-01\n\n- Something.\n\n`;
const changelog = `# Changelog\n\n## [Unreleased]\n\n${['1.4.0', '1.3.0', '1.2.0', '1.1.0', '1.0.0'].map(section).join('')}`;
