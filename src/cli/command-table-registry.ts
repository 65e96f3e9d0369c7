import type { Command, OptionSpec } from './command.ts';

const folder: OptionSpec = {
  name: 'folder',
  summary: 'Folder of the registry; by default that of the repository',
  value: { kind: 'text', placeholder: 'DIR' },
};

/** The commands of the embedded registry. */
export const registryCommands: readonly Command[] = [
  {
    name: 'registry serve',
    summary: 'Serve the embedded registry on loopback for real clients',
    description:
      'Whoever reaches the port may read and write, unless --auth-file names the accounts. Beyond this machine it serves only with accounts and TLS, or with --insecure.',
    arguments: [],
    options: [
      folder,
      {
        name: 'port',
        summary: 'TCP port; 0, the default, takes a free one',
        value: { kind: 'number', placeholder: 'PORT', least: 0, most: 65535 },
      },
      {
        name: 'host',
        summary: 'Address to listen on; 127.0.0.1 by default',
        value: { kind: 'text', placeholder: 'ADDRESS' },
      },
      { name: 'read-only', summary: 'Refuse every write', value: { kind: 'flag' } },
      {
        name: 'immutable',
        summary: 'Tags that never move once they exist, such as "*.*.*"; may be given several times',
        value: { kind: 'list', placeholder: 'PATTERN' },
      },
      {
        name: 'auth-file',
        summary: "Accounts, lines as 'cutwater registry password' prints them; read once, at the start",
        value: { kind: 'text', placeholder: 'FILE' },
      },
      { name: 'anonymous-read', summary: 'Reading needs no account', value: { kind: 'flag' } },
      { name: 'tls-cert', summary: 'Certificate chain, PEM', value: { kind: 'text', placeholder: 'FILE' } },
      { name: 'tls-key', summary: 'Its private key, PEM', value: { kind: 'text', placeholder: 'FILE' } },
      {
        name: 'insecure',
        summary: 'Serve beyond this machine without accounts or without TLS, as behind a proxy that has both',
        value: { kind: 'flag' },
      },
      {
        name: 'sparse',
        summary: 'Take images and indexes whose layers or platforms are not there',
        value: { kind: 'flag' },
      },
    ],
    examples: [
      {
        line: 'registry serve --port 5000',
        says: 'Then: skopeo inspect --tls-verify=false docker://127.0.0.1:5000/app:1.2.3',
      },
      {
        line: "registry serve --host 0.0.0.0 --port 443 --auth-file accounts --tls-cert cert.pem --tls-key key.pem --immutable '*.*.*'",
        says: 'Serve a team; versions never move',
      },
    ],
    load: () => import('./commands/registry-serve.ts'),
  },
  {
    name: 'registry password',
    summary: 'Make a line for the account file of registry serve',
    description:
      'Reads the password from standard input, to the end or the first line break. Prints it hashed (scrypt).',
    arguments: [{ name: 'USER', summary: 'Name of the account', required: true }],
    options: [],
    examples: [
      {
        line: 'registry password ci > accounts',
        says: 'Pipe the password into it; with >> a further account is added',
      },
    ],
    load: () => import('./commands/registry-password.ts'),
  },
  {
    name: 'registry gc',
    summary: 'List, or remove, what no tag of the embedded registry leads to',
    description:
      'Manifests, blobs and unfinished uploads. Kept are the parts of everything tagged, what refers to it, and all that is younger than the grace time. Servers may go on meanwhile.',
    arguments: [],
    options: [
      folder,
      { name: 'yes', summary: 'Remove it', value: { kind: 'flag' } },
      {
        name: 'older-than',
        summary: 'The grace time, at most a day: 90s, 10m, 24h (the default)',
        value: { kind: 'text', placeholder: 'TIME' },
      },
    ],
    examples: [
      { line: 'registry gc', says: 'Show what could go' },
      { line: 'registry gc --yes --json', says: 'Remove it, answer as JSON' },
    ],
    load: () => import('./commands/registry-gc.ts'),
  },
];
