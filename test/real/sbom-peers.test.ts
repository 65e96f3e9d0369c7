import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PackageURL } from 'packageurl-js';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { cyclonedxSbom } from '../../src/adapters/sbom/cyclonedx-sbom.ts';
import { inventoryOf } from '../debian-image.ts';
import { layeredImage } from '../layered-image.ts';
import { makeFolder } from '../make/folder.ts';
import type { TestEntry } from '../tar-fixture.ts';
import { obtainGoProgram } from './go-peer.ts';
import { findPeer, notRun, realTest, succeed } from './peers.ts';
import { syftProgram, trivyProgram } from './sbom-programs.ts';
import {
  alpineSystem,
  debianSystem,
  goProgram,
  hasBerkeleyDb,
  rpmSystem,
  rpmSystems,
  writeLayout,
} from './sbom-images.ts';

const cache = join(fileURLToPath(new URL('../..', import.meta.url)), 'node_modules/.cache/test-real');
const programs = [
  {
    ...syftProgram,
    command: (layout: string) => ['scan', `oci-dir:${layout}`, '--output', 'cyclonedx-json'],
  },
  {
    ...trivyProgram,
    command: (layout: string) => [
      ...'image --format cyclonedx --quiet --offline-scan --skip-version-check --disable-telemetry'.split(' '),
      ...'--skip-db-update --skip-java-db-update --input'.split(' '),
      layout,
    ],
  },
] as const;

type Program = (typeof programs)[number];

/** What a peer writes in another way than we do, and `ours`, how we do; undefined for what is no package to us. */
interface Difference {
  readonly peers: readonly Program['name'][];
  readonly why: string;
  readonly purl: RegExp;
  readonly ours: (purl: string) => string | undefined;
}

const differences: readonly Difference[] = [
  {
    peers: ['syft', 'trivy'],
    why: 'the program itself, and a module of a folder, have no version and are in no registry: no purl, "local:" with us',
    purl: /^pkg:golang\/example\.org\/[^@]*$/,
    ours: () => undefined,
  },
  {
    peers: ['syft', 'trivy'],
    why: 'the crate that the program is made of is in no registry either',
    purl: /^pkg:cargo\/oxide@1\.2\.3$/,
    ours: () => undefined,
  },
  {
    peers: ['trivy'],
    why: 'versions of Go have no "v"; those of modules do',
    purl: /^pkg:golang\/stdlib@v/,
    ours: (purl) => purl.replace('@v', '@'),
  },
  {
    peers: ['trivy'],
    why: 'the epoch is in a qualifier and not in the version; with us it is in the version, as in syft and in the advisories',
    purl: /^pkg:deb\/debian\/zlib1g@1\.2/,
    ours: (purl) => purl.replace('@', '@1:'),
  },
  {
    peers: ['trivy'],
    why: 'Amazon Linux calls itself "amzn" in os-release, as syft and we do',
    purl: /^pkg:rpm\/amazon\//,
    ours: (purl) => purl.replace('/amazon/', '/amzn/'),
  },
];

const canWriteBerkeleyDb = await hasBerkeleyDb();
const noBerkeleyDb = 'perl: its DB_File is not there';

for (const program of programs) {
  const peer = await obtainGoProgram(program, cache);
  for (const [system, open] of Object.entries(systems())) {
    const claim = `every package that ${program.name} finds in ${system} is in our SBOM too`;
    const rpm = findPeer('rpm');
    if (peer.is === 'missing') notRun(claim, `${program.name}: ${peer.why}`);
    else if (system in rpmSystems && rpm.is === 'missing') notRun(claim, `rpm: ${rpm.why}`);
    else if (system === 'amazon' && !canWriteBerkeleyDb) notRun(claim, noBerkeleyDb);
    else
      void test(claim, { timeout: 300_000 }, async (t) => {
        const image = layeredImage([await open(t, peer.path)]);
        const layout = await writeLayout(t, image);
        const theirs = purlsOf(await runPeer(t, peer.path, program.command(layout)));
        const ours = purlsOf(await ownSbom(t, image));
        assert.equal(ours.size > 0, true);
        const missing = [...theirs].flatMap((purl) => {
          const known = differences.find((one) => one.peers.includes(program.name) && one.purl.test(purl));
          const wanted = known === undefined ? purl : known.ours(purl);
          return wanted === undefined || ours.has(wanted) ? [] : [wanted];
        });
        assert.deepEqual(missing, []);
        const more = [...ours].filter((purl) => !theirs.has(purl));
        console.log(`${system}: ${theirs.size} packages by ${program.name}, ${ours.size} by us; only ours:`, more);
      });
  }
}

for (const [system, { id, vendor, version }] of Object.entries(rpmSystems)) {
  const claim = `packages that rpm installed into the database of ${system} are read with epoch and source, and their files are theirs`;
  if (system === 'amazon' && !canWriteBerkeleyDb) notRun(claim, noBerkeleyDb);
  else
    realTest(claim, ['rpm'], async (t) => {
      const sbom = await ownSbom(t, layeredImage([await rpmSystem(t, nameOf(system))]));
      const components: readonly Record<string, string>[] = Object(sbom).components;
      const query = `distro=${id}-${version}&epoch=2&upstream=hello-libs-1.2.3-4.fc40.src.rpm`;
      assert.deepEqual(
        components.map((one) => one['bom-ref']).filter((ref = '') => !ref.endsWith('-release')),
        [
          `os:${id}`,
          `pkg:rpm/${vendor}/hello-libs@1.2.3-4.fc40?arch=x86_64&${query}`,
          `pkg:rpm/${vendor}/hello@1.2.3-4.fc40?arch=noarch&${query}`,
        ],
      );
    });
}

function nameOf(text: string): keyof typeof rpmSystems {
  if (text === 'fedora' || text === 'suse' || text === 'amazon') return text;
  throw new Error(`${text} has no rpm`);
}

function systems(): Readonly<Record<string, (t: TestContext, program: string) => Promise<readonly TestEntry[]>>> {
  return {
    debian: async (t) => [...debianSystem, ...(await goProgram(t))],
    alpine: async (_, program) => [
      ...alpineSystem,
      { name: 'usr/bin/peer', content: await readFile(program), mode: 0o755 },
    ],
    fedora: (t) => rpmSystem(t, 'fedora'),
    suse: (t) => rpmSystem(t, 'suse'),
    amazon: (t) => rpmSystem(t, 'amazon'),
  };
}

async function runPeer(t: TestContext, command: string, args: readonly string[]): Promise<unknown> {
  const env = { ...emptyEnvironment(), HOME: await makeFolder(t), SYFT_CHECK_FOR_APP_UPDATE: 'false' };
  const parsed: unknown = JSON.parse(await succeed(runTool({ command, args, env, timeoutSeconds: 240 })));
  return parsed;
}

async function ownSbom(t: TestContext, image: ReturnType<typeof layeredImage>): Promise<unknown> {
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
      timestamp: 0,
    },
    '0.0.0',
  );
  const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return parsed;
}

/**
 * Type, namespace, name and version; qualifiers are written differently by each tool. Paths of Go modules are compared in
 * lower case: the specification of purls wants that, trivy does it; syft and we write them as they are, as Go and its
 * advisories tell them apart.
 */
function purlsOf(document: unknown): ReadonlySet<string> {
  const components: readonly { type: string; purl?: string }[] = Object(document).components;
  return new Set(
    components.flatMap(({ type, purl }) => {
      if (type !== 'library' || purl === undefined) return [];
      const { type: kind, namespace, name, version } = PackageURL.fromString(purl);
      const text = new PackageURL(kind, namespace, name, version, undefined, undefined).toString();
      return [kind === 'golang' ? text.toLowerCase() : text];
    }),
  );
}
