import type { Command, OptionValue } from './command.ts';

const text = (placeholder: string): OptionValue => ({ kind: 'text', placeholder });

/** Rechecking what was published, in the project or from outside. */
export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Recheck a published version as an outsider would',
  description: [
    'Downloads everything again and starts from the signed release statement. Ends with 3 where something is wrong or a rebuild differs; where something could not be checked, with 4 if a server wants other credentials, else with 6.',
    "With --key, or with --certificate-identity, --certificate-oidc-issuer and --trusted-root, an image is verified without its project: no clone, no policy, nothing fetched but what its registry has. CI's signature is what counts then, and the notes say what only the maintainers' keys and the project could tell.",
  ].join('\n\n'),
  arguments: [{ name: 'TARGET', summary: 'VERSION, IMAGE:TAG or IMAGE@DIGEST', required: true }],
  options: [
    {
      name: 'trust',
      summary: 'Judge by the keys of this file, not by those of the project',
      value: text('FILE'),
    },
    { name: 'key', summary: "CI's public key in PEM, such as cosign.pub; needs no project", value: text('FILE') },
    {
      name: 'certificate-identity',
      summary: 'The workflow that signs, "*" for any text without "/"; needs no project',
      value: text('IDENTITY'),
    },
    { name: 'certificate-oidc-issuer', summary: 'Who vouches for the workflow', value: text('URL') },
    { name: 'trusted-root', summary: "Sigstore's trusted root in JSON, for certificates", value: text('FILE') },
    { name: 'mirror-of', summary: 'The name it was released as, where TARGET is at a mirror', value: text('IMAGE') },
    {
      name: 'statements',
      summary: "The project's first image, where TARGET is another one: it has the statements",
      value: text('IMAGE'),
    },
    { name: 'deep', summary: 'Make the SBOMs again from image and commit, and compare', value: { kind: 'flag' } },
    { name: 'start', summary: 'Start the released programs and ask for their version', value: { kind: 'flag' } },
    { name: 'rebuild', summary: 'Build the commit again and say what differs', value: { kind: 'flag' } },
  ],
  examples: [
    { line: 'verify 1.2.3', says: 'Verify a release of this repository' },
    { line: 'verify 1.2.3 --rebuild', says: 'Is the image what its commit gives? Runs its build, publishes nothing' },
    { line: 'verify 1.2.3 --deep', says: 'Look into every layer for what the SBOMs say is there' },
    { line: 'verify ghcr.io/acme/app:1.2.3 --trust trust.yaml', says: 'Verify an image with your own trust' },
    { line: 'verify ghcr.io/acme/app:1.2.3 --key cosign.pub', says: 'Verify an image from outside, by a key alone' },
    {
      line: "verify ghcr.io/acme/app:1.2.3 --certificate-identity 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/*' --certificate-oidc-issuer https://token.actions.githubusercontent.com --trusted-root root.json",
      says: 'The same where a workflow signs without a key',
    },
  ],
  load: () => import('./commands/verify.ts'),
};
