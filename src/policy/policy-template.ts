import type { CiSystem } from './ci-schema.ts';

/** What `init` learned about a repository. Whatever is not known is written as an example to change. */
export interface PolicyTemplate {
  readonly project: string;
  /** `https://github.com/OWNER/NAME`. */
  readonly source?: string;
  readonly branch?: string;
  /** `ghcr.io/owner/name`; left out, the image goes to the registry on disk. */
  readonly repository?: string;
  /** Path of the Dockerfile. Default `Dockerfile`. */
  readonly dockerfile?: string;
  /** Build context of the Dockerfile. Default `.`. */
  readonly context?: string;
  /** Dockerfiles that could have been meant as well. */
  readonly otherDockerfiles?: readonly string[];
  /** Programs, with their absolute path in the image where that is known. */
  readonly programs?: readonly { readonly name: string; readonly path: string | undefined }[];
  /** Where releases are read about; left out, as folders on disk. */
  readonly forge?: 'github';
  /** What runs workflows, where the host of `source` does not tell. */
  readonly ciSystem?: CiSystem;
  readonly maintainers?: readonly TemplateMaintainer[];
  readonly changelog?: string;
  /** Path of the upgrading notes; false where the project has none. */
  readonly upgrading?: string | false;
  readonly lockFiles?: readonly string[];
  /** Paths of files whose name tells where the version stands. */
  readonly versionFiles?: readonly string[];
  /** Commands that test the source, as words. */
  readonly gates?: readonly { readonly name: string; readonly command: readonly string[] }[];
  /** Where the JSON Schema is, relative to the file or as an address, for editors. */
  readonly schema?: string;
}

export type TemplateMaintainer =
  | { readonly name: string; readonly fingerprint: string; readonly keyFile: string }
  | { readonly name: string; readonly ssh: string };

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

function gitBlock({ branch = 'main' }: PolicyTemplate): readonly string[] {
  return [
    '# Release tags (vX.Y.Z, vX.Y.Z-rc.N) may point at commits of these branches. Trust and channels are always read from',
    '# the head of the protected branch, never from a tag.',
    'git:',
    `  branch: ${scalar(branch)}`,
    `  releaseBranches: [${scalar(branch)}, "hotfix/*"]`,
    '  # Tags of other streams in this repository, as regular expressions:',
    '  # ignoreTags: ["^api/v"]',
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
    '  # The key of the release workflow signs statements, never tags:',
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

function imageBlock(template: PolicyTemplate): readonly string[] {
  const { project, repository, dockerfile = 'Dockerfile', context = '.', otherDockerfiles = [] } = template;
  return [
    'images:',
    repository === undefined
      ? `  - repository: ${scalar(`embedded/${project}`)} # the registry on disk; later a name such as ghcr.io/owner/name`
      : `  - repository: ${scalar(repository)}`,
    '    platforms: [linux/amd64, linux/arm64]',
    '    build:',
    `      dockerfile: ${scalar(dockerfile)}`,
    `      context: ${scalar(context)}`,
    ...(otherDockerfiles.length === 0
      ? []
      : [
          '    # A release has one image for now. Other Dockerfiles here:',
          ...otherDockerfiles.map((path) => `    #   ${oneLine(path)}`),
        ]),
    '',
    ...binariesLines(template),
  ];
}

function binariesLines({ project, programs = [] }: PolicyTemplate): readonly string[] {
  const shown = programs.flatMap(({ name, path }) => (path === undefined ? [] : [{ name, path }]));
  if (shown.length > 0)
    return [
      '# Files of the image that are attached to the release too. "static: true" has them checked for needing nothing else.',
      'binaries:',
      ...shown.flatMap(({ name, path }) => [
        `  - name: ${JSON.stringify(`${name}-{machine}-linux`)}`,
        `    path: ${scalar(path)}`,
        '    static: false',
      ]),
    ];
  const name = programs[0]?.name ?? project;
  return [
    '# Files of the image that are attached to the release too:',
    '# binaries:',
    `#   - name: ${JSON.stringify(`${name}-{machine}-linux`)}`,
    `#     path: ${scalar(`/usr/local/bin/${name}`)}`,
    '#     static: true',
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

function documentsBlock({
  changelog = 'CHANGELOG.md',
  upgrading = 'docs/upgrading.md',
  lockFiles = [],
  versionFiles = [],
}: PolicyTemplate): readonly string[] {
  const documents = [changelog, ...(upgrading === false ? [] : [upgrading])].filter(
    (path) => !path.startsWith('docs/'),
  );
  return [
    `changelog: ${scalar(changelog)}`,
    upgrading === false ? 'upgrading: false # or a path such as docs/upgrading.md' : `upgrading: ${scalar(upgrading)}`,
    '# Commits that differ only here count as the same build.',
    `notBuildInput: [${[...documents, 'docs/**'].map(scalar).join(', ')}]`,
    '# The bill of materials is read from these.',
    lockFiles.length === 0 ? '# lockFiles: [Cargo.lock]' : `lockFiles: [${lockFiles.map(scalar).join(', ')}]`,
    '# Files that name the version, set by "cutwater prepare" with the lock files beside them.',
    versionFiles.length === 0
      ? '# versionFiles: [Cargo.toml]'
      : `versionFiles: [${versionFiles.map(scalar).join(', ')}]`,
  ];
}

function gatesBlock({ gates = [] }: PolicyTemplate): readonly string[] {
  const given = gates.flatMap(({ name, command }) => [
    `  - name: ${scalar(name)}`,
    `    command: [${command.map((word) => JSON.stringify(word)).join(', ')}]`,
    '    timeout: 30m',
  ]);
  return [
    '# Checks that must pass before a release. Commands are run without a shell. With "on: candidate" a gate gets the built',
    '# image, by digest, as {image}, before anything is published.',
    ...(given.length > 0
      ? ['gates:', ...given]
      : ['# gates:', '#   - name: unit-tests', '#     command: [make, test]', '#     timeout: 30m']),
  ];
}

function forgeBlock({ forge, ciSystem }: PolicyTemplate): readonly string[] {
  return [
    ...(forge === undefined
      ? ['# Releases as folders on disk; github: as releases of the repository that source names.', 'forge: local']
      : ['# Releases of the repository that source names; local: as folders on disk.', `forge: ${forge}`]),
    '',
    '# The workflow files that "cutwater ci write" writes: for github, forgejo or gitlab.',
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

/** A text as YAML: as it is where that is certainly a text, else in double quotes (JSON is YAML 1.2). */
function scalar(text: string): string {
  const plain =
    /^[A-Za-z./][A-Za-z0-9._/-]*(?::\/\/[A-Za-z0-9._/-]+)?$/.test(text) &&
    !/^(?:true|false|null|\.+|\.(?:inf|nan))$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '');
}
