import type { TagVerdict } from '../../domain/git-tag.ts';
import type { TagVerifier } from '../../ports/tag-verifier.ts';

/**
 * A verifier for one run, in which clock and trust stay what they are: each object is judged once under each name. A run
 * reads the same decisions again in every round.
 */
export function rememberVerdicts(verifier: TagVerifier): TagVerifier {
  const known = new Map<string, Promise<TagVerdict>>();
  return {
    verifyTag: (tag, rules) => {
      const key = [tag.object, tag.commit, rules.trust.origin, rules.formats.join(), tag.name].join(' ');
      const verdict = known.get(key) ?? verifier.verifyTag(tag, rules);
      known.set(key, verdict);
      return verdict;
    },
  };
}
