import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { inventoryOf } from '../../../test/debian-image.ts';
import { layeredImage } from '../../../test/layered-image.ts';
import type { TestTag } from '../../../test/rpm-database.ts';
import { bdbDatabase, ndbDatabase } from '../../../test/rpm-old-databases.ts';
import { rpmDatabase, rpmHeader, rpmTags } from '../../../test/rpm-database.ts';
import type { TestEntry } from '../../../test/tar-fixture.ts';
import { maximumPathText } from './installed-package.ts';
import { readRpmHeader as readHeader } from './rpm-header.ts';
import type { SbomModel } from './sbom-model.ts';
import { sbomModel } from './sbom-model.ts';

const readRpmHeader = (blob: Uint8Array) => readHeader(blob, maximumPathText);

const bash = rpmTags('bash', {
  version: '5.2.26-3.fc40',
  files: ['/usr/bin/bash', '/bin/sh', '/etc/skel/.bashrc'],
});
const shadow = [...rpmTags('shadow-utils', { version: '2:4.15.1-3.fc40' }), { tag: 1014, value: 'GPLv2+' }];
const key = rpmTags('gpg-pubkey', { version: '105ef944-65ca83d1' }).filter(({ tag }) => tag !== 1022);
const system: readonly TestEntry[] = [
  { name: 'etc/os-release', content: 'ID=fedora\nVERSION_ID=40\n' },
  { name: 'bin', type: '2', target: 'usr/bin' },
  { name: 'usr/bin/bash', content: 'bash' },
  // Its package knows it by the path of before the folders were merged.
  { name: 'usr/bin/sh', content: 'sh' },
  { name: 'usr/bin/own', content: 'own' },
];
const at = 'usr/lib/sysimage/rpm/rpmdb.sqlite';

test('rpm packages have an epoch and a source, explain their files, and keys are none', async (t) => {
  const content = await rpmDatabase(t, [bash, key, shadow].map(rpmHeader));
  const beside = [`${at}-shm`, `${at}-wal`].map((name, empty) => ({ name, content: empty === 1 ? '' : 'shared' }));
  const link = { name: 'var/lib/rpm', type: '2', target: '../../usr/lib/sysimage/rpm' } as const;
  const { components, notes, complete } = await modelOf(t, [link, { name: at, content }, ...beside]);
  deepEqual(
    components.map(({ ref, version, licence }) => [ref, version, ...(licence === undefined ? [] : [licence])]),
    [
      ['file:/etc/os-release', undefined],
      ['file:/usr/bin/own', undefined],
      ['os:fedora', '40'],
      [`pkg:rpm/fedora/bash@5.2.26-3.fc40?${query('bash-5.2.26-3.fc40')}`, '5.2.26-3.fc40'],
      [
        `pkg:rpm/fedora/shadow-utils@4.15.1-3.fc40?${query('shadow-utils-4.15.1-3.fc40', '2')}`,
        '2:4.15.1-3.fc40',
        'GPLv2+',
      ],
    ],
  );
  equal(notes.read.includes(`rpm packages: 2 of /${at}`), true);
  equal(complete, true);
});

test('a database that is damaged or has a journal is seen and not read, whatever its form', async (t) => {
  const content = await rpmDatabase(t, [rpmHeader(bash)]);
  const cases: readonly (readonly [RegExp, ...TestEntry[]])[] = [
    [/rpmdb.sqlite" is no SQLite database, or a damaged one/, { name: at, content: content.subarray(0, 5000) }],
    [/rpmdb.sqlite" has no table Packages/, { name: at, content: renamed(content) }],
    [/has changes in a journal/, { name: at, content }, { name: `${at}-wal`, content: 'change' }],
    [/has changes in a journal/, { name: at, content }, { name: `${at}-journal`, content: 'change' }],
    [/has a package that is cut off/, { name: at, content: await rpmDatabase(t, [rpmHeader(bash).subarray(0, 40)]) }],
    [
      /has a package that is cut off/,
      { name: at, content: await rpmDatabase(t, [rpmHeader(bash), new Uint8Array(1)]) },
    ],
    [
      /rpm\/Packages" is no hash database of Berkeley DB, or a damaged/,
      { name: 'var/lib/rpm/Packages', content: 'bdb' },
    ],
    [/Packages.db" is no ndb database, or a damaged one/, { name: 'usr/share/rpm/Packages.db', content: 'ndb' }],
  ];
  for (const [said, ...entries] of cases) {
    const { components, notes, complete } = await modelOf(t, entries);
    match(notes.missed.join('\n'), said);
    equal(complete, false);
    equal(
      components.some(({ ref }) => ref.startsWith('pkg:rpm/')),
      false,
    );
  }
});

test('the older forms of the database are read as well, and explain their indexes', async (t) => {
  const headers = [bash, key, shadow].map(rpmHeader);
  const folder = 'var/lib/rpm';
  for (const [form, content, index] of [
    ['Packages.db', ndbDatabase(headers), 'Index.db'],
    ['Packages', bdbDatabase(headers), 'Basenames'],
  ] as const) {
    const entries = [
      { name: `${folder}/${form}`, content },
      { name: `${folder}/${index}`, content: 'index' },
    ];
    const { components, notes, complete } = await modelOf(t, entries);
    deepEqual(
      components.map(({ ref }) => ref.replace(/\?.*/, '')),
      [
        'file:/etc/os-release',
        'file:/usr/bin/own',
        'os:fedora',
        'pkg:rpm/fedora/bash@5.2.26-3.fc40',
        'pkg:rpm/fedora/shadow-utils@4.15.1-3.fc40',
      ],
      form,
    );
    deepEqual([notes.read, complete], [[`rpm packages: 2 of /${folder}/${form}`], true]);
  }
});

test("packages of Red Hat and openSUSE are their vendor's, those of others the system's, and the distribution stays", async (t) => {
  const content = await rpmDatabase(t, [rpmHeader(bash)]);
  for (const [id, vendor] of [
    ['rhel', 'redhat'],
    ['opensuse-leap', 'opensuse'],
    ['amzn', 'amzn'],
  ] as const) {
    const release = { name: 'etc/os-release', content: `ID=${id}\nVERSION_ID=8\n` };
    const { components } = await modelOf(t, [release, { name: at, content }]);
    match(components.map(({ purl }) => purl).join(), new RegExp(`pkg:rpm/${vendor}/bash@.*distro=${id}-8`));
  }
});

test('of two forms in one folder the newer one counts, as for rpm, and the other one is said to be unread', async (t) => {
  const { components, notes, complete } = await modelOf(t, [
    { name: 'var/lib/rpm/Packages', content: bdbDatabase([rpmHeader(shadow)]) },
    { name: 'var/lib/rpm/Packages.db', content: ndbDatabase([rpmHeader(bash)]) },
  ]);
  deepEqual(
    components.filter(({ ref }) => ref.startsWith('pkg:')).map(({ name }) => name),
    ['bash'],
  );
  match(notes.missed.join('\n'), /"\/var\/lib\/rpm\/Packages" was seen and not read, since Packages.db is beside it/);
  equal(complete, false);
});

test('a header without a valid name, version, release or architecture, or with files of no folder, is refused', () => {
  for (const [tag, value] of [
    [1000, 'a b'],
    [1000, ''],
    [1001, '1-2'],
    [1002, '/'],
    [1022, ''],
    [1116, [0, 0, 9]],
    [1117, ['a']],
  ] as const)
    equal(
      readRpmHeader(rpmHeader(bash.map((one) => (one.tag === tag ? { tag, value } : one)))).is,
      'refused',
      `${tag}`,
    );
});

test('a path longer than any can be is no file of a package, and a source that is none is left out', () => {
  const long = rpmTags('a', { version: '1-1', files: [`/${'a'.repeat(4096)}/b`, '/usr/c', 'd'] });
  const read = readRpmHeader(rpmHeader(without(long, 1044)));
  deepEqual(read.is === 'ok' && [read.value?.files, read.value?.source], [['/usr/c'], undefined]);
});

test('a folder of 4 kB with a hundred thousand files in it is refused, as are two packages that share the limit', async (t) => {
  const folder = `/${'a/'.repeat(2000)}`;
  const many = (count: number, name = 'a') => [
    ...rpmTags(name, { version: '1-1' }),
    { tag: 1116, value: Array<number>(count).fill(0) },
    { tag: 1117, value: Array<string>(count).fill('b') },
    { tag: 1118, value: [folder] },
  ];
  const read = readRpmHeader(rpmHeader(many(100_000)));
  deepEqual(read, { is: 'refused', reason: `named "a" names paths of more than ${maximumPathText} characters` });
  const halves = await rpmDatabase(t, [many(20_000), many(20_000, 'b')].map(rpmHeader));
  const { notes } = await modelOf(t, [{ name: at, content: halves }]);
  match(notes.missed.join('\n'), /has a package that named "b" names paths of more than/);
});

test('a header that names millions of files, for which NUL bytes do, is refused', () => {
  const empty = [...rpmTags('a', { version: '1-1' }), { tag: 1117, value: ['\0'.repeat(2_000_000)] }];
  const header = Buffer.from(rpmHeader(empty));
  // The last tag of the table; its count is the last word of the entry.
  header.writeUInt32BE(2_000_000, 8 + empty.length * 16 - 4);
  deepEqual(readRpmHeader(header), { is: 'refused', reason: 'named "a" has more than 1000000 files' });
});

test('whatever a header has, reading it ends with a package or a refusal', () => {
  const header = rpmHeader([...bash, ...shadow]);
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.uint8Array({ maxLength: 8 }), (from, junk) => {
      const broken = Uint8Array.from(header);
      broken.set(junk.subarray(0, broken.length - from), from);
      readRpmHeader(broken);
      readRpmHeader(header.subarray(0, from));
    }),
  );
});

function without(tags: readonly TestTag[], tag: number): readonly TestTag[] {
  return tags.filter((one) => one.tag !== tag);
}

function query(source: string, epoch?: string): string {
  return `arch=x86_64&distro=fedora-40${epoch === undefined ? '' : `&epoch=${epoch}`}&upstream=${source}.src.rpm`;
}

/** The same database with its table under another name of the same length. */
function renamed(content: Uint8Array): Uint8Array {
  const text = Buffer.from(content).toString('latin1').replaceAll('Packages', 'Packagez');
  return Buffer.from(text, 'latin1');
}

async function modelOf(t: TestContext, entries: readonly TestEntry[]): Promise<SbomModel> {
  const image = await inventoryOf(t, layeredImage([system, entries]));
  return sbomModel({ image, locked: [], binaries: [], maximumFiles: 100 });
}
