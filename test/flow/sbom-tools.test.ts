import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../src/domain/digest.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { RunAt } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { makeSyftStandIn } from '../make/syft-stand-in.ts';

const flask = {
  name: 'Flask',
  version: '3.0.3',
  purl: 'pkg:pypi/flask@3.0.3',
  locations: [{ path: '/usr/lib/python3/dist-packages/Flask-3.0.3.dist-info/METADATA' }],
};
const jinja = { name: 'Jinja2', version: '3.1.4', purl: 'pkg:pypi/jinja2@3.1.4', locations: [{ path: '/usr/lib/x' }] };

void test('what another program lists is in the SBOMs of a release, and nothing is published where it breaks', async (t) => {
  const syft = await makeSyftStandIn(t);
  const withSyft = ({ folder, env }: RunAt): RunAt => ({
    folder,
    env: { ...env, PATH: `${syft.folder}${delimiter}${env['PATH'] ?? ''}` },
  });
  const project = await makeProject(t);
  await changePolicy(project, (text) => `${text}sbom:\n  also:\n    - tool: syft\n`);
  await project.tag('1.0.0');
  const ci = withSyft(await runner(t, project));

  const refusals: readonly [Parameters<typeof syft.says>[0], RegExp][] = [
    [{ exitCode: 1 }, /"syft" ended with exit code 1[^]*could not determine source[^]*sbom\.also in cutwater\.yaml/],
    [{ packages: [flask], cutAfter: 100 }, /"syft" wrote a report on sha256:\w+ that is no report of syft/],
    [
      { packages: [flask], about: digestOf('another image') },
      /what "syft" lists of the linux\/amd64 image: it is about an image with\s+configuration/,
    ],
  ];
  for (const [says, message] of refusals) {
    await syft.says(says);
    const ended = await runProgram(['release', '1.0.0'], ci);
    assert.equal(ended.exitCode, 6, ended.stderr);
    assert.match(ended.stderr, message);
  }
  const { tags } = await readPublished(project.data);
  assert.ok(
    Object.keys(tags).every((tag) => tag.startsWith('candidate-')),
    Object.keys(tags).join(),
  );

  await syft.says({ packages: [flask, { ...flask, name: 'Flask\u001b[2J' }] });
  await succeed(['release', '1.0.0'], ci);
  const assets = join(project.data, 'releases/v1.0.0/assets');
  for (const platform of ['linux-amd64', 'linux-arm64']) {
    const document = JSON.parse(await readFile(join(assets, `sbom-${platform}.cdx.json`), 'utf8'));
    assert.match(
      JSON.stringify(document.metadata.tools),
      /"content":"[0-9a-f]{64}"\}\],"name":"syft","type":"application","version":"1\.57\.1"/,
    );
    assert.match(JSON.stringify(document.metadata.properties), /entries that are no packages were left out: 1/);
    assert.match(JSON.stringify(document.components), /"additionalContext":"syft","location":"\/usr\/lib\/python3/);
  }

  const ada = await maintainer(project);
  assert.match(
    await succeed(['verify', '1.0.0', '--deep'], withSyft(ada)),
    /sbom by syft linux\/amd64\s+the same syft finds the same packages again/,
  );
  const without = await runProgram(['verify', '1.0.0', '--deep'], ada);
  assert.equal(without.exitCode, 6, without.stdout);
  assert.match(without.stdout, /syft is not installed here: what it named was not looked for again, 1 package/);
  assert.match(without.stdout, /sbom contents linux\/amd64\s+made again from the image/);
  await succeed(['verify', '1.0.0'], ada);

  await syft.says({ packages: [flask, jinja] });
  const more = await runProgram(['verify', '1.0.0', '--deep'], withSyft(ada));
  assert.equal(more.exitCode, 3, more.stdout);
  assert.match(
    more.stdout,
    /the same syft finds something else: "pkg:pypi\/jinja2@3\.1\.4" of "\/usr\/lib\/x" was found and/,
  );
  await syft.becomeAnother();
  const other = await runProgram(['verify', '1.0.0', '--deep'], withSyft(ada));
  assert.equal(other.exitCode, 0, other.stdout);
  assert.match(other.stdout, /syft 1\.57\.1, not the program of the release, finds something else/);
});
