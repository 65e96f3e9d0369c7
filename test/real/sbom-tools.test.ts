import assert from 'node:assert/strict';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { obtainGoProgram } from './go-peer.ts';
import { notRun } from './peers.ts';
import { dpkgStatus, osRelease } from './scanned-release.ts';
import { syftProgram, trivyProgram } from './sbom-programs.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');
const syft = await obtainGoProgram(syftProgram, cache);
const trivy = await obtainGoProgram(trivyProgram, cache);

const claim = 'a release lets the real syft and trivy list each platform too, and verify lets them look again';
if (syft.is === 'missing') notRun(claim, `syft: ${syft.why}`);
else if (trivy.is === 'missing') notRun(claim, `trivy: ${trivy.why}`);
else
  void test(claim, { timeout: 900_000 }, async (t) => {
    const bin = await makeFolder(t);
    await symlink(syft.path, join(bin, 'syft'));
    await symlink(trivy.path, join(bin, 'trivy'));
    const project = await makeProject(t, {
      files: {
        'os-release': osRelease,
        'debian-version': '12.5\n',
        'dpkg-status': dpkgStatus,
        'flask-metadata': 'Metadata-Version: 2.1\nName: Flask\nVersion: 3.0.3\nLicense: BSD-3-Clause\n',
      },
    });
    await changePolicy(project, (text) =>
      `${text}sbom:\n  also:\n    - tool: syft\n    - tool: trivy\n`.replace(
        '        entrypoint:',
        [
          '          - { from: os-release, to: /etc/os-release }',
          '          - { from: debian-version, to: /etc/debian_version }',
          '          - { from: dpkg-status, to: /var/lib/dpkg/status }',
          '          - { from: flask-metadata, to: /usr/lib/python3/dist-packages/Flask-3.0.3.dist-info/METADATA }',
          '        entrypoint:',
        ].join('\n'),
      ),
    );
    await project.tag('1.0.0');
    const ci = await runner(t, project);
    const env = { ...ci.env, PATH: `${bin}:${ci.env['PATH'] ?? ''}` };
    await succeed(['release', '1.0.0'], { ...ci, env });

    for (const platform of ['linux-amd64', 'linux-arm64']) {
      const assets = join(project.data, 'releases/v1.0.0/assets');
      const json = await readFile(join(assets, `sbom-${platform}.cdx.json`), 'utf8');
      assert.equal(await new JsonStrictValidator(Version.v1dot6).validate(json), null);
      const components: readonly { purl?: string; evidence: object }[] = JSON.parse(json).components;
      const zlib = components.filter(({ purl = '' }) => purl.includes('zlib1g'));
      assert.deepEqual(
        zlib.map(({ evidence }) => evidence),
        [
          {
            identity: [
              {
                field: 'purl',
                concludedValue: 'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib',
                tools: ['tool:cutwater'],
              },
              {
                field: 'purl',
                concludedValue: 'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&upstream=zlib',
                tools: ['tool:syft'],
              },
              {
                field: 'purl',
                concludedValue: 'pkg:deb/debian/zlib1g@1.2.13.dfsg-1?arch=amd64&distro=debian-12.5&epoch=1',
                tools: ['tool:trivy'],
              },
            ],
            occurrences: [
              { location: '/', additionalContext: 'trivy' },
              { location: '/var/lib/dpkg/status', additionalContext: 'cutwater, syft' },
            ],
          },
        ],
      );
      const flask = components.filter(({ purl = '' }) => purl.includes('flask'));
      assert.deepEqual(
        flask.map(({ purl }) => purl),
        ['pkg:pypi/flask@3.0.3'],
      );
      assert.match(JSON.stringify(flask), /METADATA","additionalContext|"additionalContext":"syft, trivy"/);
      const spdx = await readFile(join(assets, `sbom-${platform}.spdx.json`), 'utf8');
      assert.match(spdx, /"Tool: cutwater-[^"]+","Tool: syft-[^"]+","Tool: trivy-/);
      assert.match(spdx, /seen by syft as pkg:pypi\/flask@3\.0\.3 in: \/usr\/lib\/python3/);
    }

    const ada = await maintainer(project);
    const at = { ...ada, env: { ...ada.env, PATH: `${bin}:${ada.env?.['PATH'] ?? process.env['PATH'] ?? ''}` } };
    const { checks, verdict } = await readJson(['verify', '1.0.0', '--deep'], at);
    assert.equal(verdict, 'passed');
    for (const tool of ['syft', 'trivy'])
      for (const platform of ['linux/amd64', 'linux/arm64'])
        assert.match(JSON.stringify(checks), new RegExp(`sbom by ${tool} ${platform}.*?finds the same packages again`));

    const without = await runProgram(['verify', '1.0.0', '--deep'], ada);
    assert.equal(without.exitCode, 6, without.stdout);
    assert.match(
      without.stdout,
      /sbom by syft linux\/amd64\s+syft is not installed here: what it named was not looked for\s+again, \d+ packages/,
    );
    assert.match(without.stdout, /sbom contents linux\/amd64\s+made again from the image it has the same components/);
  });
