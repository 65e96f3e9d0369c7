import { assertNever } from '../domain/error.ts';
import { formatVersion } from '../domain/version.ts';
import type { AliasMoment, DatedEvent } from '../estate/replay-alias.ts';

/** Why an alias moved, or stayed, in one sentence without a final period. It may hold the words of whoever decided. */
export function describeMoment({ event, judgement, moved }: AliasMoment): string {
  const happened = describeEvent(event);
  if (moved) return happened;
  if (judgement.is === 'refused') return `${happened}; not moved, ${judgement.reason}`;
  if (judgement.is !== 'stays') return `${happened}; it was not there`;
  const because = {
    held: 'held there until a higher version',
    'retired-key': 'the key counts no more, so it stays',
    'no-candidate': 'no other version was left',
  }[judgement.because];
  return `${happened}; ${because}`;
}

function describeEvent(event: DatedEvent): string {
  switch (event.kind) {
    case 'published':
      return `${formatVersion(event.release.version)} was released`;
    case 'decided': {
      const { kind, version, reason } = event.decision;
      return `${formatVersion(version)} was ${kind}: ${reason}`;
    }
    case 'checkpoint':
      return `checkpoint ${event.number} settled what was decided before`;
    default:
      return assertNever(event);
  }
}
