import type { MaintainerPolicy, Policy } from '../../policy/policy.ts';
import type { Block, Chapter, Step } from './document.ts';
import { commands, list, say } from './document.ts';
import type { Inline } from './inline.ts';
import { code, enumerate, prose } from './inline.ts';
import { sh } from './shell.ts';

/** Whose signatures count, how a maintainer gets to sign, and how keys come and go. */
export function signing(policy: Policy): Chapter {
  const { signatures, trust } = policy;
  return {
    title: 'Signing',
    blocks: [
      say(
        prose`Stable tags are signed, without exception. ${
          signatures.rc === 'required'
            ? prose`So are those of release candidates.`
            : prose`Those of release candidates should be; an unsigned one is accepted only for a commit of
${code(policy.git.branch)}, and recorded as unsigned.`
        } A signature counts when it is made by one of these keys:`,
      ),
      {
        kind: 'table',
        head: ['Maintainer', 'Key', 'Public half'],
        rows: trust.maintainers.map((maintainer) => [
          maintainerName(maintainer),
          keyName(maintainer),
          maintainer.key.kind === 'openpgp' ? code(maintainer.key.keyFile) : code('cutwater.yaml'),
        ]),
      },
      say(prose`The list is read from the head of ${code(policy.git.branch)}, never from the commit a tag points at,
        so no tag can vouch for itself. ${ciRule(policy)}`),
    ],
    steps: [setUp(policy), judge(policy), change(policy)],
  };
}

function maintainerName({ name, revoked }: MaintainerPolicy): Inline {
  return revoked ? prose`${name} (given up: counts no more)` : prose`${name}`;
}

function keyName({ key }: MaintainerPolicy): Inline {
  return key.kind === 'openpgp' ? prose`OpenPGP ${code(key.fingerprint)}` : prose`SSH ${code(key.publicKey)}`;
}

function ciRule({ trust: { ci } }: Policy): Inline {
  if (ci.length === 0) return prose`No key of CI is named yet, so nothing can be published.`;
  const signers = ci.map((one) => code(one.kind === 'key' ? one.keyFile : one.identity));
  return prose`CI signs what it publishes, as ${enumerate(signers)}. CI pushes no tag, and a tag signed by it is
    refused.`;
}

function setUp({ signatures, source }: Policy): Step {
  const openpgp = signatures.formats.includes('openpgp');
  const setup: readonly Block[] = openpgp
    ? [
        commands(
          'hand',
          sh`git config --global user.signingKey YOUR_FULL_FINGERPRINT`,
          sh`git config --global tag.gpgSign true`,
          sh`gpg --armor --export YOUR_FULL_FINGERPRINT`,
        ),
      ]
    : [
        commands(
          'hand',
          sh`git config --global gpg.format ssh`,
          sh`git config --global user.signingKey ~/.ssh/YOUR_KEY.pub`,
          sh`git config --global tag.gpgSign true`,
          sh`cat ~/.ssh/YOUR_KEY.pub`,
        ),
      ];
  const where = source === undefined ? prose`your account of the forge` : prose`your account at ${hostOf(source)}`;
  return {
    title: 'Set up your key, once',
    blocks: [
      ...setup,
      say(prose`Give the public half that the last command prints to ${where}, so that it shows your tags as verified.
        What is still missing on your machine, with the command that mends it:`),
      commands('do', sh`cutwater doctor`),
    ],
  };
}

function judge({ signatures }: Policy): Step {
  return {
    title: 'Judge a tag before you trust it',
    blocks: [
      commands('do', sh`cutwater status`),
      commands('look', sh`git verify-tag "v$PREVIOUS"`, sh`git cat-file tag "v$PREVIOUS"`),
      say(prose`${code('git verify-tag')} accepts any key it knows, under any name of the tag. So compare the fingerprint with
the table above, and the ${code('tag')} line of the second output with the name you asked for.${
        signatures.formats.includes('ssh')
          ? prose` For SSH keys git wants a list of allowed signers first: ${code('gpg.ssh.allowedSignersFile')}.`
          : prose``
      }`),
    ],
  };
}

function change(policy: Policy): Step {
  return {
    title: 'Change who may sign',
    blocks: [
      list(
        prose`A new maintainer adds name and public key under ${code('trust.maintainers')} of
          ${code('cutwater.yaml')}; from the moment this is on ${code(policy.git.branch)} the key counts.`,
        prose`A key that retires first has its releases vouched for by a checkpoint, then gets ${code('notAfter')}. A
          key that is lost gets ${code('revoked: true')} at once. What a checkpoint lists stays valid.`,
      ),
      commands('do', sh`cutwater import --yes --push`),
    ],
  };
}

function hostOf(source: string): string {
  return /^https:\/\/([^/]+)/.exec(source)?.[1] ?? source;
}
