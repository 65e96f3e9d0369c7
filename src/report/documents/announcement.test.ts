import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { readVersion } from '../../domain/version.ts';
import type { AnnouncementFacts } from './announcement.ts';
import { announcement } from './announcement.ts';

const version = readVersion('1.1.0');
const image = { name: 'ghcr.io/acme/app', index: digestOf('new') };
const places = {
  project: 'app',
  trust: { maintainers: [], ci: [{ kind: 'key' as const, name: 'ci', keyFile: '.cutwater/keys/ci.pub' }] },
  source: 'https://github.com/acme/app',
  changelog: 'CHANGELOG.md',
  upgrading: 'docs/upgrading.md',
};
const nothing = { reason: undefined, useInstead: undefined, wayBack: undefined };
const released: AnnouncementFacts = { kind: 'released', version, image, ...nothing };
const older = { version: readVersion('1.0.0'), index: digestOf('old') };
const decisive = { version, is: 'restore' as const, because: 'line 7' };
const withdrawn: AnnouncementFacts = {
  kind: 'withdrawn',
  version,
  image,
  reason: 'Loses uploads. [More](https://evil.example)',
  useInstead: older,
  wayBack: { from: version, to: older.version, is: 'restore', decisive },
};

test('a release is announced with notes, upgrading guide, digest and a way to verify it', () => {
  const { title, text, links } = announcement(released, places);
  equal(title, 'app 1.1.0 is released');
  equal(
    text,
    `**app 1.1.0 is released**

- Pin it by its digest: \`ghcr.io/acme/app@${image.index}\`
- Verify it: \`cutwater verify ghcr.io/acme/app@${image.index} --key ci.pub\`
- Release notes: https://github.com/acme/app/releases/tag/v1.1.0
- Upgrading guide: https://github.com/acme/app/blob/v1.1.0/docs/upgrading.md
`,
  );
  deepEqual(Object.keys(links), ['notes', 'upgrading']);
});

test('a withdrawal says why, what to use instead by digest, and how hard it is to go back', () => {
  const told = announcement(withdrawn, places);
  match(told.text, /^\*\*app 1\.1\.0 is withdrawn: do not deploy it\*\*\n\n> Loses uploads\. \\\[More\\\]\(https/);
  match(told.text, /\n- Use \*\*1\.0\.0\*\* instead: `ghcr\.io\/acme\/app@sha256:/);
  match(told.text, /\n- \*\*Going back to 1\.0\.0 needs a restore\*\*/);
  doesNotMatch(told.text, /Pin it/);
  deepEqual([told.useInstead, told.wayBack], ['1.0.0', { to: '1.0.0', is: 'restore' }]);
  match(announcement({ ...withdrawn, ...nothing }, places).text, /no version to use instead yet/);
});

test('a restore says that the version may be deployed again, and how to pin it', () => {
  const told = announcement({ ...released, kind: 'restored', reason: 'The disk was broken.' }, places);
  match(told.text, /^\*\*app 1\.1\.0 is restored: it may be deployed again\*\*\n\n> The disk was broken\.\n\n- Pin it/);
  equal(told.useInstead, undefined);
});

test('addresses have the shape of the forge they lead to', () => {
  const links = (source: string) => announcement(released, { ...places, source }).links;
  deepEqual(links('https://gitlab.example/acme/app'), {
    notes: 'https://gitlab.example/acme/app/-/tags/v1.1.0',
    upgrading: 'https://gitlab.example/acme/app/-/blob/v1.1.0/docs/upgrading.md',
  });
  deepEqual(links('https://codeberg.org/acme/app'), {
    notes: 'https://codeberg.org/acme/app/releases/tag/v1.1.0',
    upgrading: 'https://codeberg.org/acme/app/src/tag/v1.1.0/docs/upgrading.md',
  });
});

test('an image in the embedded registry is verified by its version', () => {
  const local = { ...image, name: 'embedded/app' };
  match(announcement({ ...released, image: local }, places).text, /- Verify it: `cutwater verify v1\.1\.0`\n/);
});

test('a project without an address or upgrading notes names its files', () => {
  const { text, links } = announcement(released, { ...places, source: undefined, upgrading: undefined });
  match(text, /- Release notes: `CHANGELOG\.md` at v1\.1\.0\n$/);
  deepEqual(links, {});
  match(announcement({ ...released, version: readVersion('1.1.0-rc.1') }, places).title, /is released for testing$/);
});
