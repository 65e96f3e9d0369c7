import { deepEqual, match } from 'node:assert/strict';
import { test } from 'node:test';
import { isCutwaterError } from '../domain/error.ts';
import { parsePolicy } from './parse-policy.ts';

const base = `project: tiny
trust:
  maintainers:
    - {name: a, openpgp: {fingerprint: "${'0'.repeat(40)}", keyFile: a.asc}}
images:
  - {platforms: [linux/amd64], build: {dockerfile: Dockerfile}}
`;
const chat = '{name: chat, kind: webhook, host: hooks.example.org, urlVariable: CHAT_URL}';

test('channels get their defaults, and a project has none and writes incidents unless it says otherwise', () => {
  const { announce, withdrawal } = read(`announce: [${chat}, {name: log, kind: file, auto: true, classes: [rc]}]\n`);
  deepEqual(announce, [
    {
      kind: 'webhook',
      name: 'chat',
      classes: ['stable'],
      auto: false,
      host: 'hooks.example.org',
      urlVariable: 'CHAT_URL',
      timeoutSeconds: 10,
    },
    { kind: 'file', name: 'log', classes: ['rc'], auto: true, path: '.cutwater/announcements.md' },
  ]);
  deepEqual(withdrawal, { incident: 'commit' });
  deepEqual(read('').announce, []);
});

test('chats and forums know their hosts, and how much they take', () => {
  const kinds = [
    '{name: a, kind: discord, urlVariable: U}',
    '{name: b, kind: slack, urlVariable: U}',
    '{name: c, kind: mastodon, host: social.example, tokenVariable: T}',
    '{name: d, kind: discussions, repository: acme/app}',
    '{name: e, kind: atom}',
  ];
  const common = { classes: ['stable'], auto: false };
  deepEqual(read(`announce: [${kinds.join(', ')}]\n`).announce, [
    { ...common, name: 'a', kind: 'discord', host: 'discord.com', urlVariable: 'U', timeoutSeconds: 10 },
    { ...common, name: 'b', kind: 'slack', host: 'hooks.slack.com', urlVariable: 'U', timeoutSeconds: 10 },
    {
      ...common,
      name: 'c',
      kind: 'mastodon',
      host: 'social.example',
      tokenVariable: 'T',
      visibility: 'public',
      limit: 500,
      timeoutSeconds: 10,
    },
    {
      ...common,
      name: 'd',
      kind: 'discussions',
      host: 'api.github.com',
      tokenVariable: 'GITHUB_TOKEN',
      repository: 'acme/app',
      category: 'announcements',
      timeoutSeconds: 10,
    },
    { ...common, name: 'e', kind: 'atom', path: '.cutwater/announcements.atom' },
  ]);
});

test('a channel that could tell somebody else, or stand in the way of another, is refused with its place', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    [chat.replace('hooks.example.org', 'https://hooks.example.org/x'), /announce\[0\]\.host: .*no host in lower case/],
    [chat.replace('hooks.example.org', '"a@hooks.example.org"'), /announce\[0\]\.host: /],
    [chat.replace('hooks.example.org', '"hooks.example.org:443"'), /only where it is not 443/],
    [chat.replace('CHAT_URL', 'CUTWATER_CI_KEY'), /announce\[0\]\.urlVariable: .*begins with "CUTWATER_"/],
    [chat.replace('chat', 'a.b'), /announce\[0\]\.name: /],
    [chat.replace('chat', `a${'b'.repeat(32)}`), /at most 32/],
    [chat.replace('}', ', timeout: 6m}'), /announce\[0\]\.timeout: .*longer than 5 minutes/],
    [`${chat}, ${chat}`, /announce\[1\]\.name: .*which announce\[0\]\.name is already/],
    ['{name: log, kind: file, path: ../log.md}', /announce\[0\]\.path: .*leaves the repository/],
    ['{name: log, kind: file, host: e.org}', /announce\[0\]\.host: found an unknown field/],
    [
      '{name: log, kind: fax}',
      /announce\[0\]\.kind: found "fax", wanted kind "file", "atom", "webhook", "discord", "slack", "mastodon" or "discussions"/,
    ],
    ['{name: a, kind: mastodon, host: social.example}', /announce\[0\]\.tokenVariable: found nothing/],
    ['{name: a, kind: mastodon, host: a.b, tokenVariable: T, limit: 100}', /announce\[0\]\.limit: /],
    ['{name: a, kind: discussions, repository: app}', /announce\[0\]\.repository: .*no owner\/name/],
    ['{name: a, kind: discussions, repository: a/b, category: Big News}', /announce\[0\]\.category: /],
    ['{name: a, kind: discord, urlVariable: url}', /announce\[0\]\.urlVariable: /],
    ['{name: log}', /announce\[0\]\.kind: found nothing/],
  ];
  for (const [text, wanted] of cases) match(refusal(`announce: [${text}]\n`), wanted, text);
  match(refusal('withdrawal: {incident: maybe}\n'), /withdrawal\.incident: .*"commit", "branch", "none"/);
});

function read(more: string) {
  return parsePolicy(base + more, { file: 'cutwater.yaml' });
}

function refusal(more: string): string {
  try {
    read(more);
    return 'read';
  } catch (error) {
    return isCutwaterError(error) ? error.details.join('\n') : String(error);
  }
}
