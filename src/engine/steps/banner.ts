import type { Step } from '../../plan/step.ts';
import type { Forge } from '../../ports/forge.ts';
import { withBanner, withoutBanner } from '../../report/documents/deprecation-banner.ts';
import type { StepHandler } from '../run-step.ts';

/** Puts exactly this banner on top of a release's notes, or takes it off; the rest of the notes stays. */
export function bannerHandler(forge: Forge, { tag, banner }: Extract<Step, { kind: 'banner' }>): StepHandler<boolean> {
  const wanted = (notes: string): string => (banner === undefined ? withoutBanner(notes) : withBanner(notes, banner));
  return {
    observe: async () => {
      const release = await forge.findRelease(tag);
      const isRight = release?.notes === wanted(release?.notes ?? '') && release.deprecated === (banner !== undefined);
      return isRight ? { is: 'present', evidence: true } : { is: 'absent' };
    },
    apply: async () => {
      const release = await forge.findRelease(tag);
      if (release !== undefined)
        await forge.updateNotes(tag, { notes: wanted(release.notes), deprecated: banner !== undefined });
    },
  };
}
