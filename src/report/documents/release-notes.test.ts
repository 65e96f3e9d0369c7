import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../domain/digest.ts';
import { readVersion } from '../../domain/version.ts';
import { releaseNotes, verifyCommands } from './release-notes.ts';

const index = digestOf('index');
const amd64 = digestOf('amd64');
const bin = digestOf('bin');
const upgrade = {
  isCandidate: false,
  risk: { class: 'first-release', previous: undefined, because: [], wayBack: undefined },
  changelog: { name: 'CHANGELOG.md', url: undefined },
  guide: undefined,
} as const;
const image = { name: 'example.org/team/app', index, platforms: [{ platform: 'linux/amd64', digest: amd64 }] };

test('releaseNotes() shows the changes, a line to pin by digest, every digest and every command', () => {
  const notes = releaseNotes({
    changelogSection: '### Fixed\n\n- <b>A thing</b>\n',
    upgrading: 'Stop the server first.',
    upgrade: {
      isCandidate: false,
      risk: {
        class: 'may-need-action',
        previous: readVersion('1.1.4'),
        because: ['stored data is migrated', 'going back needs a restore'],
        wayBack: 'restore',
      },
      changelog: { name: 'CHANGELOG.md', url: 'https://example.org/o/p/blob/v1.2.3/CHANGELOG.md' },
      guide: { name: 'docs/upgrading.md', url: undefined },
    },
    version: '1.2.3',
    image,
    binaries: [{ name: 'app-x86_64-linux', platform: 'linux/amd64', digest: bin }],
    verifyCommands: [{ proves: 'It is real', command: 'cutwater verify 1.2.3' }],
  });
  equal(
    notes,
    `## What changed in 1.2.3

### Fixed

- <b>A thing</b>

## Before you upgrade

**May need action** after 1.1.4. Stored data is migrated, going back needs a restore. Read the changelog and the upgrading guide of every version in between first.

- Changelog: [CHANGELOG.md](https://example.org/o/p/blob/v1.2.3/CHANGELOG.md)
- Upgrading guide: docs/upgrading.md
- Way back: restore. The backup must be restored before the version before can run.

## Upgrading

Stop the server first.

## Image

Tags move; a digest does not. Pin this release by its digest:

\`\`\`sh
example.org/team/app@${index}
\`\`\`

| Platform | Digest |
| --- | --- |
| all (index) | \`${index}\` |
| linux/amd64 | \`${amd64}\` |

## Binaries

| File | Platform | SHA-256 |
| --- | --- | --- |
| \`app-x86_64-linux\` | linux/amd64 | \`${bin}\` |

## Verify

It is real:

\`\`\`sh
cutwater verify 1.2.3
\`\`\`
`,
  );
});

const signer = { kind: 'key', name: 'ci', keyFile: '.cutwater/keys/ci.pub' } as const;

test('releaseNotes() pins every image of a release with companions, and verifyCommands() proves each', () => {
  const web = { name: 'example.org/team/web', index: bin, platforms: [{ platform: 'linux/arm64', digest: amd64 }] };
  const commands = verifyCommands({ image, companions: [web], tag: 'v1.2.3', signer });
  const notes = releaseNotes({
    changelogSection: 'x',
    upgrade,
    version: '1.2.3',
    image,
    companions: [web],
    binaries: [],
    verifyCommands: commands,
  });
  ok(
    notes.includes(
      `## Images\n\nTags move; a digest does not. Pin this release by its digests:\n\n\`\`\`sh\n${image.name}@${index}\n${web.name}@${bin}\n\`\`\``,
    ),
    notes,
  );
  ok(notes.includes(`\`${web.name}\`\n\n| Platform | Digest |`), notes);
  ok(commands.some(({ command }) => command.endsWith(`${web.name}@${bin} --key ci.pub --statements ${image.name}`)));
  ok(
    commands.some(
      ({ command }) => command.startsWith('cosign verify-attestation') && command.endsWith(`${web.name}@${bin}`),
    ),
  );
});

test('verifyCommands() names the image by digest and the key in every command of cosign', () => {
  const commands = verifyCommands({ image, tag: 'v1.2.3', signer }).map(({ command }) => command);
  ok(
    commands.some(
      (command) => command.startsWith('cutwater verify ') && command.includes(`example.org/team/app@${index}`),
    ),
  );
  for (const command of commands.filter((line) => line.startsWith('cosign')))
    ok(command.includes('--key ci.pub --insecure-ignore-tlog'));
  const keyless = {
    kind: 'keyless',
    name: 'release',
    issuer: 'https://issuer.example',
    identity: 'https://forge.example/a/b/release.yml@refs/tags/*',
    trustedRoot: '.cutwater/keys/root.json',
  } as const;
  const [own, other] = verifyCommands({ image, tag: 'v1.2.3', signer: keyless }).map(({ command }) => command);
  equal(
    own,
    `cutwater verify example.org/team/app@${index} --certificate-identity 'https://forge.example/a/b/release.yml@refs/tags/*' --certificate-oidc-issuer https://issuer.example --trusted-root root.json`,
  );
  ok(
    other?.includes("--certificate-identity-regexp '^https://forge\\.example/a/b/release\\.yml@refs/tags/[^/]*$'"),
    other,
  );
});

test('verifyCommands() of an image without an address offers only what works on files and tags', () => {
  const commands = verifyCommands({ image: { name: 'embedded/app', index }, tag: 'v1.2.3', signer });
  equal(
    commands.some(({ command }) => command.includes('embedded/')),
    false,
  );
  equal(commands.length, 2);
});

test("releaseNotes() says whose image it is, or why it is not the candidate's, and the reason brings no HTML", () => {
  const notes = (origin: NonNullable<Parameters<typeof releaseNotes>[0]['origin']>): string =>
    releaseNotes({ changelogSection: 'x', upgrade, version: '1.2.3', image, binaries: [], origin, verifyCommands: [] });
  const promotion = notes({ is: 'promotion', version: '1.2.3-rc.2', buildCommit: 'a'.repeat(40) });
  ok(promotion.includes(`image of \`1.2.3-rc.2\`, byte for byte, built from commit \`${'a'.repeat(40)}\`.`));
  const rebuild = notes({ is: 'rebuild', insteadOf: '1.2.3-rc.2', reason: 'a <b>new</b> base -->' });
  ok(rebuild.includes('instead of taking the image of `1.2.3-rc.2`: a &lt;b&gt;new&lt;/b&gt; base --&gt;'));
});
