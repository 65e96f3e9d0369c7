import { gitObjectIdOf } from '../../domain/digest.ts';
import type { GitTag, TagObject, TagVerdict } from '../../domain/git-tag.ts';
import { quote } from '../../domain/quote.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { TagRules, TagVerifier } from '../../ports/tag-verifier.ts';
import type { OpenpgpSignatures } from '../gpg/openpgp-signatures.ts';
import type { SshSignatures } from '../ssh-signature/ssh-signature.ts';
import { openpgpJudge } from './openpgp-judge.ts';
import type { Rejection, SignatureJudgement } from './signature-judgement.ts';
import { reject } from './signature-judgement.ts';
import { sshJudge } from './ssh-judge.ts';

export interface TagVerifierParts {
  readonly openpgp: OpenpgpSignatures;
  readonly ssh: SshSignatures;
}

/**
 * Judges tags on their raw bytes: form, name, target, signature, then whose key it is. The exit code of git or gpg is
 * never the verdict. Throws only where it cannot judge at all (TOOL_MISSING, DISK).
 */
export function tagVerifier(parts: TagVerifierParts): TagVerifier {
  const judges = { openpgp: openpgpJudge(parts.openpgp), ssh: sshJudge(parts.ssh) };
  return {
    async verifyTag(tag, rules) {
      const form = checkForm(tag);
      if (form.is !== 'ok') return form;
      const object = form.value;
      const { signature } = object;
      if (signature === undefined) return { is: 'unsigned', tag: object };
      if (!rules.formats.includes(signature.format))
        return reject(
          'format-not-allowed',
          `its signature is ${formatNames[signature.format]}; the policy allows ${rules.formats.map((format) => formatNames[format]).join(', ') || 'none'}`,
        );
      if (signature.format === 'x509')
        return reject('unverifiable', 'its signature is X.509, which cannot be judged here');
      const judgement = await judges[signature.format]({
        payload: object.payload,
        armor: signature.armor,
        trust: rules.trust,
      });
      return judgement.is === 'good' ? checkKey(object, judgement, rules) : judgement;
    },
  };
}

const formatNames = { openpgp: 'OpenPGP', ssh: 'SSH', x509: 'X.509' } as const;

/** Everything that can be said without a key. */
function checkForm(tag: GitTag): { readonly is: 'ok'; readonly value: TagObject } | Rejection {
  if (tag.objectType !== 'tag')
    return reject('lightweight', 'it is a lightweight tag; an annotated, signed tag is wanted');
  if (tag.raw === undefined) return reject('malformed', 'its tag object is not at hand');
  const parsed = parseTagObject(tag.raw);
  if (parsed.is === 'refused') return reject(parsed.fault, `its tag object ${parsed.reason}`);
  if (gitObjectIdOf('tag', tag.raw, tag.object) !== tag.object)
    return reject('malformed', `its bytes are not those of the tag object ${tag.object}`);
  const { name, targetType, target } = parsed.value;
  if (name !== tag.name)
    return reject('name-differs', `it was signed under the name ${quote(name)}; the ref is called ${quote(tag.name)}`);
  if (targetType !== 'commit') return reject('not-a-commit', `it points at a ${targetType}; a commit is wanted`);
  if (tag.commit !== target)
    return reject(
      'not-a-commit',
      `it says it points at the commit ${target}, but that is no commit of this repository`,
    );
  return parsed;
}

/** The signature is good and by a maintainer; is the key still believed? Judged by our clock, never by the tagger's date. */
function checkKey(tag: TagObject, judgement: Extract<SignatureJudgement, { is: 'good' }>, rules: TagRules): TagVerdict {
  const { maintainer, fingerprint } = judgement;
  const key = `the key ${fingerprint} of ${quote(maintainer.name)}`;
  const signer = { name: maintainer.name, format: maintainer.key.kind, fingerprint };
  const retire = (fault: 'key-revoked' | 'key-expired', reason: string): TagVerdict => {
    return { is: 'rejected', fault, reason, retired: tag, retiredSigner: signer };
  };
  if (maintainer.revoked) return retire('key-revoked', `${key} is marked as revoked in ${quote(rules.trust.origin)}`);
  if (judgement.isRevoked) return retire('key-revoked', `${key} was revoked by its owner`);
  if (judgement.isExpired) return retire('key-expired', `${key} has expired`);
  if (maintainer.notAfter !== undefined && maintainer.notAfter < rules.now)
    return retire('key-expired', `${key} counts only until ${new Date(maintainer.notAfter * 1000).toISOString()}`);
  return { is: 'valid', tag, signer };
}
