import assert from 'node:assert/strict';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import type { ImageToolOptions } from '../../src/adapters/image-tool/tool-place.ts';
import { cyclonedxSbom } from '../../src/adapters/sbom/cyclonedx-sbom.ts';
import { syft as syftTool } from '../../src/adapters/syft/syft.ts';
import { trivySbom } from '../../src/adapters/trivy/trivy-sbom.ts';
import { faultsInSbom } from '../../src/report/documents/judge-sbom.ts';
import { readSbom } from '../../src/report/documents/read-sbom.ts';
import { inventoryOf } from '../debian-image.ts';
import { layeredImage } from '../layered-image.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, runProgram, succeed } from '../make/program.ts';
import { makeProject } from '../make/project.ts';
import { scanTarget } from '../make/scanner-stand-in.ts';
import { obtainGoProgram } from './go-peer.ts';
import { notRun } from './peers.ts';
import { debianSystem, goProgram } from './sbom-images.ts';
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

const twice =
  'two runs of the real syft and trivy on one image give the same sound document, to the byte, in which nobody contradicts';
if (syft.is === 'missing') notRun(twice, `syft: ${syft.why}`);
else if (trivy.is === 'missing') notRun(twice, `trivy: ${trivy.why}`);
else
  void test(twice, { timeout: 600_000 }, async (t) => {
    const bin = await makeFolder(t);
    await symlink(syft.path, join(bin, 'syft'));
    await symlink(trivy.path, join(bin, 'trivy'));
    const image = layeredImage([debianSystem, await goProgram(t)]);
    const options: ImageToolOptions = {
      environment: { PATH: bin, HOME: await makeFolder(t) },
      newFolder: () => makeFolder(t),
      sha256: undefined,
      signal: new AbortController().signal,
    };
    const make = async (): Promise<string> => {
      const target = scanTarget(image);
      const tools = [await syftTool(options).listPackages(target), await trivySbom(options).listPackages(target)];
      const bytes = await cyclonedxSbom(
        {
          project: 'app',
          version: '1.0.0',
          image: { registry: 'example.org', repository: 'app' },
          platform: 'linux/amd64',
          manifest: image.manifest,
          lockFiles: [],
          binaries: [],
          readImage: () => inventoryOf(t, image),
          tools,
          timestamp: 0,
        },
        '0.0.0',
      );
      return new TextDecoder().decode(bytes);
    };
    const [first, second] = [await make(), await make()];
    assert.equal(first, second);
    assert.equal(await new JsonStrictValidator(Version.v1dot6).validate(first), null);
    const sbom = readSbom(JSON.parse(first));
    assert.ok(sbom.is === 'ok');
    assert.deepEqual(faultsInSbom(sbom.value, image.manifest), []);
    assert.deepEqual(
      sbom.value.notes.filter(({ name }) => name === 'conflict'),
      [],
    );
    const seenBy = new Map(
      sbom.value.components
        .filter(({ type }) => type === 'library')
        .map(({ name, sightings }) => [name, sightings.map(({ tool }) => tool).join()]),
    );
    const all = 'cutwater,syft,trivy';
    const known = ['zlib1g', 'base-files', '@s/b', 'c', 'd', 'serde', 'oxide', 'stdlib', 'example.org/team/gopher'];
    for (const name of known) assert.equal(seenBy.get(name), all, name);
    // Trivy and we name the folder that a module was replaced by, syft the module.
    assert.equal(seenBy.get('./greeting'), 'cutwater,trivy');
    assert.equal(seenBy.get('example.org/greeting'), 'syft');
    assert.equal(seenBy.get('cc'), 'cutwater');
  });
