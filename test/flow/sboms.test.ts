import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { maintainer, runner } from '../make/actors.ts';
import { restateDocuments } from '../make/forged-statement.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { copyProject, makeProject } from '../make/project.ts';

void test('SBOMs of a release', async (p) => {
  const template = await makeProject(p, {
    files: {
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: { 'node_modules/a': { version: '1.0.0' } },
      }),
    },
  });
  const policy = await template.clone.git('show', 'HEAD:cutwater.yaml');
  await template.commit({ 'cutwater.yaml': `${policy.trimEnd()}\nlockFiles: [package-lock.json]\n` });
  await template.tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(p, template));

  await p.test('every platform has one in both formats, and made again it has the same components', async (t) => {
    const project = await copyProject(t, template);
    const ada = await maintainer(project);
    const { checks, verdict } = await readJson(['verify', '1.0.0', '--deep'], ada);
    assert.equal(verdict, 'passed');
    const says = new Map(
      Object(checks).map(({ name, says: text }: { name: string; says: string }) => [name, text] as const),
    );
    for (const platform of ['linux/amd64', 'linux/arm64']) {
      assert.match(
        String(says.get(`sbom contents ${platform}`)),
        /made again from the image and the lock files it has the same components, \d+ of them/,
      );
      const name = `sbom-${platform.replace('/', '-')}`;
      assert.equal(
        says.get(`sbom files ${platform}`),
        `${name}.cdx.json is what is signed, ${name}.spdx.json says the same`,
      );
      const spdx = await readFile(join(project.data, `releases/v1.0.0/assets/${name}.spdx.json`), 'utf8');
      assert.match(spdx, /"pkg:npm\/a@1.0.0"/);
    }
  });

  await p.test('one that CI signed although it leaves a file out is found when it is made again', async (t) => {
    const project = await copyProject(t, template);
    const ada = await maintainer(project);
    await restateDocuments(project, '1.0.0', { role: 'sbom', change: withoutFiles });
    const deep = await runProgram(['verify', '1.0.0', '--deep'], ada);
    assert.equal(deep.exitCode, 3, deep.stdout);
    assert.match(
      deep.stdout,
      /sbom contents linux\/amd64.*made again from the image and the lock files: .*was found and is not\s+stated/s,
    );
  });

  await p.test('one that speaks of another image is found without making it again', async (t) => {
    const project = await copyProject(t, template);
    const ada = await maintainer(project);
    await restateDocuments(project, '1.0.0', { role: 'sbom', change: aboutAnother });
    const ended = await runProgram(['verify', '1.0.0'], ada);
    assert.equal(ended.exitCode, 3, ended.stdout);
    assert.match(ended.stdout, /FAILED\s+sbom linux\/amd64\s+it is about 0{64}/);
  });
});

function aboutAnother(json: string): string {
  const statement = JSON.parse(json);
  statement.predicate.metadata.component.hashes[0].content = '0'.repeat(64);
  return JSON.stringify(statement);
}

function withoutFiles(json: string): string {
  const statement = JSON.parse(json);
  const { predicate } = statement;
  const isFile = (ref: string): boolean => ref.startsWith('file:');
  predicate.components = predicate.components.filter((one: Record<string, string>) => one['type'] !== 'file');
  predicate.dependencies = predicate.dependencies
    .filter(({ ref }: { ref: string }) => !isFile(ref))
    .map((edge: { dependsOn?: string[] }) => ({
      ...edge,
      dependsOn: (edge.dependsOn ?? []).filter((ref) => !isFile(ref)),
    }));
  predicate.compositions = predicate.compositions.slice(0, 1);
  return JSON.stringify(statement);
}
