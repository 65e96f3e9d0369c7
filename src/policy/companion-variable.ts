import type { ImageName } from '../domain/image-name.ts';
import { shortNameOf } from '../domain/image-name.ts';

/** The variable in which a gate on the candidate finds a companion: `CANDIDATE_IMAGE_WEB_UI` for `host/team/web-ui`. */
export function companionVariable(name: ImageName): string {
  return `CANDIDATE_IMAGE_${shortNameOf(name)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '_')}`;
}
