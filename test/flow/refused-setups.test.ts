import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changePolicy } from '../make/actors.ts';
import { makeFolder } from '../make/folder.ts';
import { makeGitRepository } from '../make/git-repository.ts';
import { makeReleasedProject } from '../make/released-project.ts';
import type { Refusal } from '../make/refusal.ts';
import { assertRefused } from '../make/refusal.ts';

const pem = { type: 'pkcs8', format: 'pem' } as const;
const ed25519 = generateKeyPairSync('ed25519');
const keys = {
  other: ed25519.privateKey.export(pem).toString(),
  public: ed25519.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem).toString(),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pem).toString(),
  locked: ed25519.privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'the passphrase' }).toString(),
};

const refusals: readonly Refusal[] = [
  {
    name: 'a policy with several mistakes, all named at once',
    arrange: (project) =>
      changePolicy(project, (text) =>
        text
          .replace('project: tiny', 'project: Tiny!')
          .replace('linux/arm64', 'linux')
          .replace('upgrading: false', 'upgrading: false\nchanels:\n  major: never'),
      ),
    exit: 2,
    says: [
      /found 3 problems/,
      /^ {2}main:cutwater\.yaml:1:10: project: found "Tiny!".*, wanted /m,
      /^ {2}main:cutwater\.yaml:\d+:\d+: images\[0\]\.platforms\[1\]: found "linux".*, wanted /m,
      /^ {2}main:cutwater\.yaml:\d+:1: .*chanels.*channels/m,
    ],
  },
  {
    name: 'a policy that is no YAML',
    arrange: (project) => project.commit({ 'cutwater.yaml': 'project: tiny\nimages: [\n  - a: "b\n' }),
    exit: 2,
    says: [/^ {2}main:cutwater\.yaml:\d+:\d+: /m],
  },
  {
    name: 'a policy that is empty',
    arrange: (project) => project.commit({ 'cutwater.yaml': '' }),
    exit: 2,
    says: [/main:cutwater\.yaml:1:1: found an empty file/],
  },
  {
    name: 'a policy that is not committed',
    arrange: async (project) => {
      await project.clone.commit({ 'cutwater.yaml': null });
      await project.clone.git('push', '-q', 'origin', 'HEAD');
    },
    exit: 2,
    says: [/"main:cutwater\.yaml" is not there/, /next: Run 'cutwater init'/],
  },
  {
    name: 'a folder that is no repository',
    arrange: async (_, scope) => ({ folder: await makeFolder(scope) }),
    exit: 2,
    says: [/not a git repository/, /next: Name the repository with --repo DIR/],
  },
  {
    name: 'a folder that is not there',
    arrange: async (_, scope) => ({ args: ['release', '1.1.0', '--repo', join(await makeFolder(scope), 'none')] }),
    exit: 2,
    says: [/none"/],
  },
  {
    name: 'a repository without a commit',
    arrange: async (_, scope) => ({ folder: (await makeGitRepository(scope)).folder }),
    exit: 2,
    says: [/next: /],
  },
  {
    name: 'a protected branch that calls another branch protected',
    arrange: (project) => changePolicy(project, (text) => `${text}git:\n  branch: trunk\n`),
    exit: 2,
    says: [/"main:cutwater\.yaml": it names "trunk" as the protected branch/],
  },
  {
    name: 'a CI key that is an empty text',
    arrange: async () => ({ env: { CUTWATER_CI_KEY: '' } }),
    exit: 2,
    says: [/there is no CI key/, /next: Set CUTWATER_CI_KEY_FD .* CUTWATER_CI_KEY_FILE .* CUTWATER_CI_KEY /],
  },
  ...Object.entries({ public: keys.public, RSA: keys.rsa, 'P-384': keys.p384, garbage: 'not a key\n' }).map(
    ([name, text]): Refusal => ({
      name: `a CI key that is ${name}`,
      arrange: async () => ({ env: { CUTWATER_CI_KEY: text } }),
      exit: 2,
      says: [/Cannot .*key/],
    }),
  ),
  {
    name: 'a CI key without its passphrase',
    arrange: async () => ({ env: { CUTWATER_CI_KEY: keys.locked } }),
    exit: 2,
    says: [/passphrase|encrypted|CUTWATER_CI_KEY_PASSWORD/],
  },
  {
    name: 'a CI key with another passphrase',
    arrange: async () => ({ env: { CUTWATER_CI_KEY: keys.locked, CUTWATER_CI_KEY_PASSWORD: 'another passphrase' } }),
    exit: 2,
    says: [/passphrase/],
  },
  {
    name: 'a CI key that the protected branch does not trust',
    arrange: async (project) => {
      await project.tag('1.1.0');
      return { env: { CUTWATER_CI_KEY: keys.other } };
    },
    exit: 2,
    says: [/Cannot release v1\.1\.0: the CI key here is none of those in trust\.ci of "main:cutwater\.yaml"/],
  },
  {
    name: 'a CI key whose public half is not committed',
    arrange: (project) => changePolicy(project, (text) => text.replace('keys/ci.pub', 'keys/gone.pub')),
    exit: 2,
    says: [/"\.cutwater\/keys\/gone\.pub": "main:cutwater\.yaml" names it, but it is not committed there/],
  },
  {
    name: "a maintainer's key that is not committed",
    arrange: (project) =>
      changePolicy(project, (text) =>
        text
          .replace('formats: [ssh]', 'formats: [ssh, openpgp]')
          .replace(
            '  ci:\n',
            `    - name: Bob\n      openpgp:\n        fingerprint: ${'0123456789ABCDEF0123'.repeat(2)}\n        keyFile: keys/bob.asc\n  ci:\n`,
          ),
      ),
    exit: 2,
    says: [/"keys\/bob\.asc": "main:cutwater\.yaml" names it, but it is not committed there/],
  },
];

void test(
  'a setup that cannot release says what is wrong with it, and nothing moves',
  { concurrency: 2 },
  async (t) => {
    const template = await makeReleasedProject(t);
    const files = join(await makeFolder(t), 'ci.pem');
    await writeFile(files, 'not a key\n');
    const all: readonly Refusal[] = [
      ...refusals,
      ...[`${files}.none`, files].map((file): Refusal => ({
        name: `a CI key file that ${file === files ? 'holds no key' : 'is not there'}`,
        arrange: async () => ({ env: { CUTWATER_CI_KEY_FILE: file }, without: ['CUTWATER_CI_KEY'] }),
        exit: 2,
        says: file === files ? [/Cannot .*key/] : [/ci\.pem\.none": the file is not there or not readable/],
      })),
      {
        name: 'neither a CI key nor a file of one',
        arrange: async () => ({ without: ['CUTWATER_CI_KEY'] }),
        exit: 2,
        says: [/there is no CI key/, /next: Set CUTWATER_CI_KEY_FD .* CUTWATER_CI_KEY_FILE .* CUTWATER_CI_KEY /],
      },
    ];
    await Promise.all(all.map((refusal) => t.test(refusal.name, (s) => assertRefused(s, template, refusal))));
  },
);
