import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyEnvironment, runTool } from '../../src/adapters/process/run-tool.ts';
import { readSqliteTable } from '../../src/adapters/sbom/sqlite-table.ts';
import { hexOf } from '../../src/domain/digest.ts';
import { mediaTypes } from '../../src/domain/oci.ts';
import { makeElf } from '../elf-fixture.ts';
import type { LayeredImage } from '../layered-image.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { ndbDatabase } from '../rpm-old-databases.ts';
import { auditSection } from '../program-sections.ts';
import type { TestEntry } from '../tar-fixture.ts';
import { go } from './go-peer.ts';
import { succeed } from './peers.ts';

/** What dpkg, a program of Rust and npm leave in an image. */
export const debianSystem: readonly TestEntry[] = [
  { name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nNAME="Debian GNU/Linux"\n' },
  { name: 'etc/debian_version', content: '12.5\n' },
  {
    name: 'var/lib/dpkg/status',
    content: [
      'Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.2.13.dfsg-1\n',
      'Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4\n',
      'Package: removed\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1.0\n',
    ].join('\n'),
  },
  { name: 'var/lib/dpkg/info/zlib1g:amd64.list', content: '/.\n/lib/libz.so.1\n' },
  { name: 'lib/libz.so.1', content: 'z' },
  {
    name: 'usr/bin/oxide',
    content: makeElf({
      '.dep-v0': auditSection([
        { name: 'oxide', version: '1.2.3', source: 'local', root: true, dependencies: [1, 2] },
        { name: 'serde', version: '1.0.0', source: 'crates.io', dependencies: [] },
        { name: 'cc', version: '1.1.0', source: 'crates.io', kind: 'build', dependencies: [] },
      ]),
    }),
    mode: 0o755,
  },
  { name: 'app/node_modules/@s/b/package.json', content: '{"name":"@s/b","version":"1.0.0","license":"MIT"}' },
  { name: 'app/node_modules/c/package.json', content: '{"name":"c","version":"2.0.0-rc.1"}' },
  { name: 'app/node_modules/c/node_modules/d/package.json', content: '{"name":"d","version":"0.1.0"}' },
];

export const alpineSystem: readonly TestEntry[] = [
  { name: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.1\nNAME="Alpine Linux"\n' },
  { name: 'etc/alpine-release', content: '3.20.1\n' },
  {
    name: 'lib/apk/db/installed',
    content: [
      'C:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=\nP:libcrypto3\nV:3.3.1-r0\nA:x86_64\no:openssl\nL:Apache-2.0\nF:usr/lib\nR:libcrypto.so.3\n',
      'C:Q1bbbbbbbbbbbbbbbbbbbbbbbbbbb=\nP:musl\nV:1.2.5-r0\nA:x86_64\no:musl\nL:MIT\n',
      '',
    ].join('\n'),
  },
  { name: 'usr/lib/libcrypto.so.3', content: 'c' },
];

/** What three systems keep the same two packages in: SQLite, rpm's own "ndb", and Berkeley DB. */
export const rpmSystems = {
  fedora: { id: 'fedora', vendor: 'fedora', version: '40', database: 'usr/lib/sysimage/rpm/rpmdb.sqlite' },
  suse: { id: 'opensuse-leap', vendor: 'opensuse', version: '15.6', database: 'usr/lib/sysimage/rpm/Packages.db' },
  amazon: { id: 'amzn', vendor: 'amzn', version: '2', database: 'var/lib/rpm/Packages' },
} as const;

/** Packages that rpmbuild builds and rpm installs: into the database only, for the files are not looked at. */
export async function rpmSystem(scope: Scope, name: keyof typeof rpmSystems): Promise<readonly TestEntry[]> {
  const { id, version, database } = rpmSystems[name];
  const work = await makeFolder(scope);
  const files = await buildPackages(work);
  const folder = join(work, 'database');
  await mkdir(folder);
  const install = '--install --justdb --nodeps --noscripts --ignorearch'.split(' ');
  await runIn(work, 'rpm', ['--dbpath', folder, ...install, ...files]);
  const sqlite = await readFile(join(folder, 'rpmdb.sqlite'));
  return [
    { name: 'etc/os-release', content: `ID="${id}"\nVERSION_ID="${version}"\nNAME="${id}"\n` },
    ...(name === 'fedora' ? [{ name: 'etc/fedora-release', content: 'Fedora release 40 (Forty)\n' }] : []),
    ...(name === 'amazon' ? [{ name: 'etc/system-release', content: 'Amazon Linux release 2 (Karoo)\n' }] : []),
    { name: database, content: name === 'fedora' ? sqlite : await convert(folder, name, sqlite) },
    { name: 'usr/share/hello/a', content: 'a' },
  ];
}

/** Debian's rpm writes no older form, so what it wrote is put into one: by Perl's binding of Berkeley DB itself, or by hand. */
async function convert(folder: string, name: 'suse' | 'amazon', sqlite: Uint8Array): Promise<Uint8Array> {
  const rows = readSqliteTable(sqlite, 'Packages');
  if (rows.is === 'refused') throw new Error(rows.reason);
  const headers = rows.value.flatMap(([, blob]) => (blob instanceof Uint8Array ? [blob] : []));
  if (name === 'suse') return ndbDatabase(headers);
  const files = headers.map((_, at) => join(folder, `header-${at}`));
  for (const [at, header] of headers.entries()) await writeFile(files[at] ?? '', header);
  const database = join(folder, 'Packages');
  await runIn(folder, 'perl', ['-MDB_File', '-MFcntl', '-e', writeHash, database, ...files]);
  return readFile(database);
}

async function buildPackages(work: string): Promise<readonly string[]> {
  const top = join(work, 'top');
  await writeFile(join(work, 'hello.spec'), spec);
  const folders = ['--define', `_topdir ${top}`, '--define', `_rpmdir ${top}`, '--define', 'debug_package %{nil}'];
  await runIn(work, 'rpmbuild', ['-bb', '--target', 'x86_64', ...folders, 'hello.spec']);
  const packages = ['x86_64/hello-libs-1.2.3-4.fc40.x86_64.rpm', 'noarch/hello-1.2.3-4.fc40.noarch.rpm'];
  return packages.map((path) => join(top, path));
}

// As rpm did: each header by its number, and a counter.
const writeHash = `
my ($file, @headers) = @ARGV;
tie my %packages, "DB_File", $file, O_RDWR | O_CREAT, 0644, $DB_HASH or die $!;
$packages{pack "V", 0} = pack "V", scalar @headers;
for my $at (0 .. $#headers) {
  open my $handle, "<:raw", $headers[$at] or die $!;
  local $/;
  $packages{pack "V", $at + 1} = <$handle>;
}
`;

/** Whether this machine can write Berkeley DB; it is a part of the whole perl, and not of its base. */
export async function hasBerkeleyDb(): Promise<boolean> {
  const asked = runTool({ command: 'perl', args: ['-MDB_File', '-e', '1'], timeoutSeconds: 60 });
  return asked.then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

const spec = `Name: hello-libs
Epoch: 2
Version: 1.2.3
Release: 4.fc40
Summary: Files that a package has
License: MIT
%description
Files.
%package -n hello
Summary: A package without files
BuildArch: noarch
%description -n hello
None.
%install
mkdir -p %{buildroot}/usr/share/hello
touch %{buildroot}/usr/share/hello/a %{buildroot}/usr/share/hello/b
%files
%dir /usr/share/hello
/usr/share/hello/a
/usr/share/hello/b
%files -n hello
`;

async function runIn(cwd: string, command: string, args: readonly string[]): Promise<void> {
  await succeed(runTool({ command, args, cwd, env: { ...emptyEnvironment(), HOME: cwd }, timeoutSeconds: 60 }));
}

/** A program that the Go of this machine builds, with a module of the same tree. */
export async function goProgram(scope: Scope): Promise<readonly TestEntry[]> {
  const folder = await makeFolder(scope);
  await mkdir(join(folder, 'greeting'));
  const files = {
    'go.mod':
      'module example.org/team/gopher\n\ngo 1.21\n\nrequire example.org/greeting v1.2.3\n\nreplace example.org/greeting v1.2.3 => ./greeting\n',
    'main.go': 'package main\n\nimport "example.org/greeting"\n\nfunc main() { println(greeting.Text) }\n',
    'greeting/go.mod': 'module example.org/greeting\n\ngo 1.21\n',
    'greeting/greeting.go': 'package greeting\n\nconst Text = "hello"\n',
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
  const env = { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: 'amd64', GOFLAGS: '-mod=mod', GOPROXY: 'off' };
  await go(['build', '-o', join(folder, 'gopher'), '.'], folder, env);
  return [{ name: 'usr/bin/gopher', content: await readFile(join(folder, 'gopher')), mode: 0o755 }];
}

/** The image as an OCI layout on the disk, in a form that every tool reads. */
export async function writeLayout(scope: Scope, { repository, manifest }: LayeredImage): Promise<string> {
  const folder = await makeFolder(scope);
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  for (const [digest, bytes] of repository.blobs) await writeFile(join(blobs, hexOf(digest)), bytes);
  const bytes = repository.manifests.get(manifest)?.bytes ?? new Uint8Array();
  await writeFile(join(blobs, hexOf(manifest)), bytes);
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: manifest, size: bytes.length };
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [descriptor] }),
  );
  return folder;
}
