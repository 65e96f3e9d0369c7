import type { PolicyTemplate, TemplateMaintainer } from './shown-project.ts';
import { checksBlock, evidenceBlock, gatesBlock, scanBlock } from './template-checks.ts';
import { documentsBlock } from './template-documents.ts';
import { imageBlock } from './template-image.ts';
import { list, oneLine, scalar } from './template-text.ts';

/** A commented `cutwater.yaml` that `parsePolicy` accepts, as long as the values given are valid ones. */
export function formatPolicyTemplate(template: PolicyTemplate): string {
  const blocks = [
    headBlock(template),
    gitBlock(template),
    trustBlock(template),
    imageBlock(template),
    channelsBlock(),
    documentsBlock(template),
    gatesBlock(template),
    checksBlock(template),
    evidenceBlock(template),
    scanBlock(template),
    forgeBlock(template),
    announceBlock(),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headBlock({ project, source, schema }: PolicyTemplate): readonly string[] {
  return [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${oneLine(schema)}`]),
    '# The release process of this project, as Cutwater follows it. What is commented out is the default.',
    'version: 1',
    `project: ${scalar(project)}`,
    source === undefined ? '# source: https://github.com/owner/name' : `source: ${scalar(source)}`,
  ];
}

function gitBlock({ branch = 'main', ignoreTags = [] }: PolicyTemplate): readonly string[] {
  return [
    '# Release tags (vX.Y.Z, vX.Y.Z-rc.N) may point at commits of these branches. Trust and channels are always read from',
    '# the head of the protected branch, never from a tag.',
    'git:',
    `  branch: ${scalar(branch)}`,
    `  releaseBranches: ${list([branch, 'hotfix/*'])}`,
    '  # Tags of other streams in this repository, as regular expressions:',
    ignoreTags.length === 0
      ? '  # ignoreTags: ["^api/v"]'
      : `  ignoreTags: [${ignoreTags.map((pattern) => JSON.stringify(pattern)).join(', ')}]`,
  ];
}

function trustBlock({ maintainers = [] }: PolicyTemplate): readonly string[] {
  const known = maintainers.length > 0;
  const formats = new Set(maintainers.map((maintainer) => ('ssh' in maintainer ? 'ssh' : 'openpgp')));
  return [
    '# Stable tags are always signed; release candidates should be.',
    'signatures:',
    '  rc: optional',
    `  formats: [${known ? [...formats].join(', ') : 'openpgp'}]`,
    '',
    '# Whose signatures on tags count. Public keys are committed in this repository.',
    'trust:',
    '  maintainers:',
    ...(known ? maintainers : [exampleMaintainer]).flatMap(maintainerLines),
    ...(known
      ? []
      : [
          '      # CHANGE THIS: nobody has this key. "gpg --fingerprint" shows yours, "gpg --armor --export" writes the file.',
        ]),
    '  # The key of the release workflow signs statements, never tags. Nothing can be released before it is here. Make one,',
    '  # commit the second file, and keep the first one, which git passes over, as the secret CUTWATER_CI_KEY of CI alone:',
    '  #   mkdir -p .cutwater/keys',
    '  #   openssl genpkey -algorithm ED25519 -out .cutwater/ci-key.pem',
    '  #   openssl pkey -in .cutwater/ci-key.pem -pubout -out .cutwater/keys/ci.pem',
    '  # ci:',
    '  #   - name: release workflow',
    '  #     keyFile: .cutwater/keys/ci.pem',
  ];
}

const exampleMaintainer: TemplateMaintainer = {
  name: 'Example maintainer',
  fingerprint: '0000000000000000000000000000000000000000',
  keyFile: '.cutwater/keys/maintainer.asc',
};

function maintainerLines(maintainer: TemplateMaintainer): readonly string[] {
  const name = `    - name: ${scalar(maintainer.name)}`;
  if ('ssh' in maintainer) return [name, `      ssh: ${scalar(maintainer.ssh)}`];
  return [
    name,
    '      openpgp:',
    `        fingerprint: ${JSON.stringify(maintainer.fingerprint)}`,
    `        keyFile: ${scalar(maintainer.keyFile)}`,
  ];
}

function channelsBlock(): readonly string[] {
  return [
    'channels:',
    '  major: always # or from-1.0: no alias "0" before 1.0.0',
    '  latest: highest # or a line in quotes, such as "2.1"',
    '  sha: full # or short',
    '  edge: true # the newest build of the branch',
    '  nightly: true # nightly-YYYY-MM-DD, one for each day (UTC) with a build',
  ];
}

function forgeBlock({ forge, ciSystem }: PolicyTemplate): readonly string[] {
  return [
    ...(forge === undefined
      ? [
          '# Releases as folders on disk; github, gitlab, forgejo or gitea: as releases of the repository that source names.',
          'forge: local',
        ]
      : ['# Releases of the repository that source names; local: as folders on disk.', `forge: ${forge}`]),
    '',
    '# The workflow files that "cutwater ci write" writes: for github, forgejo or gitlab; by the host of source where that tells.',
    ciSystem === undefined ? '# ci: { system: github }' : `ci: { system: ${ciSystem} }`,
  ];
}

function announceBlock(): readonly string[] {
  return [
    '# Where users read about releases, withdrawals and restores. The address of a webhook is a secret: only the name of the',
    '# environment variable that holds it stands here, and the one host it may lead to.',
    '# announce:',
    '#   - name: chat',
    '#     kind: webhook',
    '#     host: hooks.example.org',
    '#     urlVariable: CHAT_WEBHOOK_URL',
    '#     auto: true # false: a person runs "cutwater announce"',
    '#   - {name: forum, kind: discussions, repository: owner/name}',
    '#   - {name: discord, kind: discord, urlVariable: DISCORD_WEBHOOK_URL}',
    '#   - {name: mastodon, kind: mastodon, host: mastodon.social, tokenVariable: MASTODON_TOKEN}',
    '# withdrawal:',
    '#   incident: commit # or branch, or none',
  ];
}
