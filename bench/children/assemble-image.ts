import { assembleBuilder } from '../../src/adapters/assemble/assemble-builder.ts';

/** `SOURCE LAYOUT NAME...`: puts files of a folder into an image of one platform; prints the digest of its index. */
const [sourceFolder = '', layoutFolder = '', ...names] = process.argv.slice(2);
const { index } = await assembleBuilder().build({
  sourceFolder,
  layoutFolder,
  platforms: [{ os: 'linux', architecture: 'amd64' }],
  sourceDateEpoch: 1_700_000_000,
  annotations: {},
  build: {
    kind: 'assemble',
    base: 'scratch',
    prepare: [],
    writableFolders: [],
    files: names.map((name) => ({ from: name, to: `/srv/${name}`, mode: 0o644 })),
    entrypoint: [],
    cmd: [],
    env: {},
    user: undefined,
    workdir: undefined,
    ports: [],
  },
});
process.stdout.write(`${index.digest}\n`);
